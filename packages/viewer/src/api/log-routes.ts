import { createHeap } from '../heap.ts';
import type { LogRecord } from '../log-record.ts';
import { compileSearch, type Search } from '../reading/compile-search.ts';
import { LEVELS, logTime } from '../reading/log-facts.ts';
import { withSender } from '../reading/log-sender.ts';
import type { LogListAnswer } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { ApiRefusal } from './api-refusal.ts';
import { inTurns } from './in-turns.ts';
import { logLineOf } from './log-line-of.ts';
import type { Query } from './read-query.ts';
import { jsonReply, type Reply } from './reply.ts';
import type { ApiRequest, Route } from './route.ts';
import { fieldTerms, readSearchTerms } from './trace-filter.ts';

const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 100;
const LOGS_AT_A_TIME = 128;
const CURSOR = /^(\d{1,20})-(\d{1,16})-(\d{1,16})$/;

/** `GET /api/logs`: the log records that match, the newest first. */
export function logRoutes(context: ApiContext): Route[] {
  async function list({ query, signal }: ApiRequest): Promise<Reply> {
    const wanted = readWanted(query);
    const places = await inTurns(newestLogs(context, wanted), signal);
    const last = places.length === wanted.limit ? places.at(-1) : undefined;
    const next = last && `${last.time}-${last.trace}-${last.line}`;
    return jsonReply<LogListAnswer>({ logs: places.map(({ log }) => logLineOf(log)), ...(next && { next }) });
  }

  const parameters = ['trace', 'service', 'level', 'q', 'limit', 'cursor'];
  return [{ method: 'GET', path: '/api/logs', parameters, answer: list }];
}

interface Wanted {
  readonly traceId: string | undefined;
  readonly severity: number;
  readonly search: Search;
  readonly limit: number;
  /** Last record of the page before. */
  readonly after: Position | undefined;
}

/** Place of a record among all: its time, then the place of its trace, then its own in the trace. */
interface Position {
  readonly time: bigint;
  readonly trace: number;
  readonly line: number;
}

interface PlacedLog extends Position {
  readonly log: LogRecord;
}

function readWanted(query: Query): Wanted {
  const level = query.text('level')?.toLowerCase();
  if (level !== undefined && !Object.hasOwn(LEVELS, level)) {
    throw new ApiRefusal(400, `level: expected ${Object.keys(LEVELS).join(', ')}, got ${JSON.stringify(level)}`);
  }
  return {
    traceId: query.text('trace')?.toLowerCase(),
    severity: level === undefined ? 0 : (LEVELS[level] ?? 0),
    search: compileSearch([...fieldTerms(query, ['service']), ...readSearchTerms(query)]),
    limit: query.integer('limit', 1, MAX_LIMIT) ?? DEFAULT_LIMIT,
    after: readCursor(query),
  };
}

function readCursor(query: Query): Position | undefined {
  const cursor = query.text('cursor');
  if (cursor === undefined) return undefined;
  const [, time, trace, line] = CURSOR.exec(cursor) ?? [];
  if (time === undefined) throw new ApiRefusal(400, 'cursor: expected the `next` of an earlier answer');
  return { time: BigInt(time), trace: Number(trace), line: Number(line) };
}

/** Looks at each record once and keeps the newest ones in a heap, however many there are. */
function* newestLogs({ store, index }: ApiContext, wanted: Wanted): Generator<undefined, PlacedLog[]> {
  const { traceId, severity, search, limit, after } = wanted;
  const newest = createNewest(limit);
  let seen = 0;
  for (const entry of index.entries()) {
    if (traceId !== undefined && entry.traceId !== traceId) continue;
    for (const [line, received] of (store.trace(entry.traceId)?.logs ?? []).entries()) {
      if (++seen % LOGS_AT_A_TIME === 0) yield;
      if (received.severityNumber < severity) continue;
      const log = withSender(received, store.span);
      const placed = { time: logTime(log), trace: entry.order, line, log };
      if (after !== undefined && compare(placed, after) >= 0) continue;
      if (newest.accepts(placed) && search.matchLog(log)) newest.add(placed);
    }
    if (++seen % LOGS_AT_A_TIME === 0) yield;
  }
  return newest.list();
}

/** Keeps the newest `limit` of the records that are added, in a heap with the oldest of them on top. */
function createNewest(limit: number) {
  const heap = createHeap<PlacedLog>((log, other) => compare(log, other) < 0);
  const { items } = heap;
  return {
    accepts: (log: PlacedLog): boolean =>
      items.length < limit || (items[0] !== undefined && compare(log, items[0]) > 0),
    add(log: PlacedLog): void {
      if (items.length < limit) heap.add(log);
      else heap.replace(0, log);
    },
    list: (): PlacedLog[] => items.toSorted((a, b) => compare(b, a)),
  };
}

/** Negative when `a` is older. */
function compare(a: Position, b: Position): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return a.trace - b.trace || a.line - b.line;
}
