import { traceLine } from '../terminal/trace-line.ts';
import type { TraceListAnswer, TraceSummary } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { inTurns } from './in-turns.ts';
import type { Query } from './read-query.ts';
import { jsonReply, type Reply, textReply } from './reply.ts';
import type { ApiRequest, Route } from './route.ts';
import { readColumns } from './read-columns.ts';
import { matchesSearch, readTraceFilter, TRACE_FILTERS, type TraceFilter } from './trace-filter.ts';

const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 100;
const ENTRIES_AT_A_TIME = 64;

/** `GET /api/traces` and `GET /api/traces.txt`: the traces that match, the newest first. */
export function traceListRoutes(context: ApiContext): Route[] {
  const { store, index } = context;

  async function list({ query, signal }: ApiRequest): Promise<Reply> {
    const { traces, next } = await inTurns(findTraces(context, readPage(query)), signal);
    const held = index.entries().length;
    return jsonReply<TraceListAnswer>({ traces, ...(next !== undefined && { next }), held });
  }

  async function listAsText({ query, signal }: ApiRequest): Promise<Reply> {
    const columns = readColumns(query);
    const { traces, next } = await inTurns(findTraces(context, readPage(query)), signal);
    const lines = traces.flatMap(({ traceId }) => {
      const trace = store.trace(traceId);
      return trace === undefined ? [] : [traceLine(trace, { columns })];
    });
    return textReply([...lines, ...(next === undefined ? [] : [`… older ones: cursor=${next}`])].join('\n'));
  }

  const parameters = [...TRACE_FILTERS, 'limit', 'cursor'];
  return [
    { method: 'GET', path: '/api/traces', parameters, answer: list },
    { method: 'GET', path: '/api/traces.txt', parameters: [...parameters, 'columns'], answer: listAsText },
  ];
}

interface Page extends TraceFilter {
  readonly limit: number;
  /** Traces from this place on belong to earlier pages. */
  readonly before: number;
}

function readPage(query: Query): Page {
  return {
    ...readTraceFilter(query),
    limit: query.integer('limit', 1, MAX_LIMIT) ?? DEFAULT_LIMIT,
    before: query.integer('cursor', 0, Number.MAX_SAFE_INTEGER) ?? Infinity,
  };
}

function* findTraces(context: ApiContext, page: Page): Generator<undefined, { traces: TraceSummary[]; next?: string }> {
  const { index } = context;
  const { since, limit, before } = page;
  const traces: TraceSummary[] = [];
  const entries = index.entries().filter(({ order, change }) => order < before && change > since);
  for (let at = entries.length - 1; at >= 0; at--) {
    const entry = entries[at];
    if (entry === undefined) continue;
    if (at % ENTRIES_AT_A_TIME === 0) yield;
    const summarize = () => index.summary(entry);
    if (!(yield* matchesSearch(page, entry.traceId, context, summarize))) continue;
    const summary = summarize();
    if (summary !== undefined) traces.push(summary);
    if (traces.length === limit && at > 0) return { traces, next: String(entry.order) };
  }
  return { traces };
}
