import { compileSearch } from '../reading/compile-search.ts';
import { logsBySpan } from '../reading/logs-by-span.ts';
import { spanTable } from '../reading/span-table.ts';
import { encodeLogsJson } from '../otlp/encode-logs-json.ts';
import { encodeTracesJson } from '../otlp/encode-traces-json.ts';
import { spanLabel } from '../reading/span-label.ts';
import { serviceName } from '../resource.ts';
import { traceLine } from '../terminal/trace-line.ts';
import { waterfall } from '../terminal/waterfall.ts';
import type { Trace } from '../trace.ts';
import type { CriticalAnswer, CriticalSpan, FindAnswer, SpanAnswer, TraceAnswer, TraceSummary } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { ApiRefusal } from './api-refusal.ts';
import { inTurns } from './in-turns.ts';
import { readColumns } from './read-columns.ts';
import { jsonReply, type Reply, textReply } from './reply.ts';
import type { ApiRequest, Route } from './route.ts';
import { savedPage } from './saved-page.ts';
import { savedTrace } from './saved-trace.ts';
import { spanDetails } from './span-details.ts';
import { criticalPathOf, traceAnswer } from './trace-answer.ts';
import { readSearchTerms } from './trace-filter.ts';

const DEFAULT_ROWS = 200;
const MAX_ROWS = 10_000;
const SPANS_AT_A_TIME = 128;

/** Everything about one trace, and one span. */
export function traceRoutes(context: ApiContext): Route[] {
  const { store } = context;
  return [
    { method: 'GET', path: '/api/traces/:trace', parameters: [], answer: (request) => answerTrace(request, context) },
    {
      method: 'GET',
      path: '/api/traces/:trace.json',
      parameters: [],
      answer: ({ ids }) => otlpReply(heldTrace(ids.trace, context)),
    },
    {
      method: 'GET',
      path: '/api/traces/:trace.txt',
      parameters: ['columns', 'rows'],
      answer({ ids, query }) {
        const trace = heldTrace(ids.trace, context);
        const columns = readColumns(query);
        const maxRows = query.integer('rows', 1, MAX_ROWS) ?? DEFAULT_ROWS;
        return textReply(`${traceLine(trace, { columns })}\n${waterfall(trace, { columns, maxRows })}`);
      },
    },
    {
      method: 'GET',
      path: '/api/traces/:trace.html',
      parameters: [],
      answer: (request) => saveTrace(request, context),
    },
    {
      method: 'GET',
      path: '/api/traces/:trace/critical',
      parameters: [],
      answer: ({ ids }) => criticalReply(heldTrace(ids.trace, context)),
    },
    {
      method: 'GET',
      path: '/api/traces/:trace/find',
      parameters: ['q'],
      answer: (request) => findSpans(request, heldTrace(request.ids.trace, context)),
    },
    {
      method: 'GET',
      path: '/api/spans/:trace/:span',
      parameters: [],
      answer({ ids }) {
        const span = store.span(ids.trace, ids.span);
        if (span === undefined) throw new ApiRefusal(404, `span ${ids.span} of trace ${ids.trace} is not here`);
        const logs = store.trace(ids.trace)?.logs.filter(({ spanId }) => spanId === ids.span) ?? [];
        return jsonReply<SpanAnswer>({ span: spanDetails(span, logs) });
      },
    },
  ];
}

/** @throws ApiRefusal when the trace is not here */
function heldTrace(traceId: string, { store }: ApiContext): Trace {
  return store.trace(traceId) ?? notHere(traceId);
}

/** A trace with its summary. @throws ApiRefusal when the trace is not here */
function summedUp(traceId: string, context: ApiContext): { readonly trace: Trace; readonly summary: TraceSummary } {
  return { trace: heldTrace(traceId, context), summary: context.index.summaryOf(traceId) ?? notHere(traceId) };
}

function notHere(traceId: string): never {
  throw new ApiRefusal(404, `trace ${traceId} is not here: it has not arrived, or had to go to make room`);
}

async function answerTrace({ ids, signal }: ApiRequest, context: ApiContext): Promise<Reply> {
  const { trace, summary } = summedUp(ids.trace, context);
  return jsonReply<TraceAnswer>(await inTurns(traceAnswer(trace, summary, context), signal));
}

/** The spans and log records as OTLP has them, in one object: both requests are objects of one list each. */
function otlpReply({ spans, logs }: Trace): Reply {
  const requests = [encodeTracesJson(spans), ...(logs.length === 0 ? [] : [encodeLogsJson(logs)])];
  const body = `{${requests.map((request) => request.slice(1, -1)).join(',')}}`;
  return { status: 200, contentType: 'application/json', body };
}

/** The page with the trace in it, as a file to keep. */
async function saveTrace({ ids, signal }: ApiRequest, context: ApiContext): Promise<Reply> {
  const { trace, summary } = summedUp(ids.trace, context);
  const files = context.files();
  if (!files.has('/index.html')) throw new ApiRefusal(503, 'the page is not built here, so there is none to save');
  const saved = await inTurns(savedTrace(trace, summary, context), signal);
  const disposition = `attachment; filename="trace-${ids.trace.slice(0, 8)}.html"`;
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    body: savedPage(files, saved),
    headers: { 'content-disposition': disposition },
  };
}

function criticalReply(trace: Trace): Reply {
  const table = spanTable(trace);
  const segments = criticalPathOf(trace, table).flatMap(({ span: row, from, to }): CriticalSpan[] => {
    const span = table.spans[row];
    if (span === undefined) return [];
    return [{ spanId: span.spanId, name: spanLabel(span), service: serviceName(span.resource), from, to }];
  });
  return jsonReply<CriticalAnswer>({ traceId: trace.traceId, segments });
}

async function findSpans({ query, signal }: ApiRequest, trace: Trace): Promise<Reply> {
  const search = compileSearch(readSearchTerms(query));
  const logs = logsBySpan(trace.logs);

  function* find(): Generator<undefined, string[]> {
    const found: string[] = [];
    for (const [place, span] of spanTable(trace).spans.entries()) {
      if (search.matchSpan(span, logs.get(span.spanId) ?? [])) found.push(span.spanId);
      if (place % SPANS_AT_A_TIME === 0) yield;
    }
    return found;
  }

  return jsonReply<FindAnswer>({ spans: await inTurns(find(), signal) });
}
