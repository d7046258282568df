import type { LogRecord } from '../log-record.ts';
import { emptyChain } from './page-pool.ts';
import { createShareHeap, type Ranked } from './share-heap.ts';
import type { SpanChain } from './span-memory.ts';
import type { TraceView } from './trace-view.ts';

/** A trace as the store holds it, and the chain of its spans. It is small, and its lists are absent while they are empty. */
export interface StoredTrace extends SpanChain {
  readonly traceId: string;
  /** The service that it counts for: the first one that sent a span of it. */
  service: string;
  bytes: number;
  complete: boolean;
  logs: StoredLog[] | undefined;
  /** Addresses of spans that came after the trace was complete and were not told yet. */
  late: number[] | undefined;
  /** Views of it that were given away. */
  views: TraceView[] | undefined;
  /** A span without a parent has come. */
  hasRoot: boolean;
  /** Parents of its local roots that have not come; `undefined` while no such root has. */
  awaited: Set<string> | undefined;
  /** Neighbours in the order of arrival among the traces of its service. */
  older: StoredTrace | undefined;
  newer: StoredTrace | undefined;
}

/** A log record, and the number of its resource and scope. */
interface StoredLog {
  readonly log: LogRecord;
  readonly part: number;
}

/** Amounts that count against the store's limits. */
export interface Load {
  readonly spans: number;
  readonly bytes: number;
}

/** Part of the limits that a service takes. */
export interface Share extends Ranked {
  oldest: StoredTrace | undefined;
  newest: StoredTrace | undefined;
  /** The service has no traces any more. Bytes that are shared with others count for nobody then. */
  isGone: boolean;
}

/** The traces of a store by id and by service, with what each service takes of the limits. */
export interface TraceShelf {
  readonly traces: ReadonlyMap<string, StoredTrace>;
  readonly total: Load;
  /** Puts an empty trace on the shelf. */
  place(traceId: string, service: string): StoredTrace;
  /** Bytes that placing an empty trace would add. */
  cost(traceId: string, service: string): number;
  remove(trace: StoredTrace): void;
  /** Counts `load` for the trace, negative when something left it. */
  charge(trace: StoredTrace, load: Load): void;
  /** Counts bytes for a service that do not leave with one of its traces. */
  chargeShared(service: string, bytes: number): Share;
  unchargeShared(share: Share, bytes: number): void;
  /** Gives the trace to another service. */
  move(trace: StoredTrace, service: string): void;
  /**
   * The oldest trace, other than `except`, of the service that takes most once `incoming` is counted for `service`; of
   * another one while that has nothing here.
   */
  victim(measure: keyof Load, service: string, incoming: Load, except: string): StoredTrace | undefined;
  clear(): void;
}

/** Bytes that a trace takes beside its records, and a service beside its traces. */
const TRACE_BYTES = 400;
const SHARE_BYTES = 300;

// oxlint-disable-next-line max-lines-per-function -- its functions close over the traces and shares; none is long
export function createTraceShelf(): TraceShelf {
  const traces = new Map<string, StoredTrace>();
  const shares = new Map<string, Share>();
  const heaps = { spans: createShareHeap<Share>('spans'), bytes: createShareHeap<Share>('bytes') };
  const total = { spans: 0, bytes: 0 };
  let lastNumber = 0;
  let lastShare = 0;

  function addTo(share: Share, spans: number, bytes: number): void {
    share.spans += spans;
    share.bytes += bytes;
    if (spans !== 0) heaps.spans.moved(share);
    if (bytes !== 0) heaps.bytes.moved(share);
  }

  function shareOf(service: string): Share {
    const known = shares.get(service);
    if (known !== undefined) return known;
    lastShare += 1;
    const share = emptyShare(lastShare);
    shares.set(service, share);
    total.bytes += SHARE_BYTES;
    heaps.spans.add(share);
    heaps.bytes.add(share);
    return share;
  }

  function enter(trace: StoredTrace): void {
    const share = shareOf(trace.service);
    trace.older = share.newest;
    if (share.newest === undefined) share.oldest = trace;
    else share.newest.newer = trace;
    share.newest = trace;
    addTo(share, trace.count, trace.bytes);
  }

  function leave(trace: StoredTrace): void {
    const share = shareOf(trace.service);
    const { older, newer } = trace;
    if (older === undefined) share.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) share.newest = older;
    else newer.older = older;
    [trace.older, trace.newer] = [undefined, undefined];
    addTo(share, -trace.count, -trace.bytes);
    if (share.oldest !== undefined) return;
    share.isGone = true;
    total.bytes -= SHARE_BYTES;
    shares.delete(trace.service);
    heaps.spans.remove(share);
    heaps.bytes.remove(share);
  }

  return {
    traces,
    total,
    cost: (traceId, service) => (traces.has(traceId) ? 0 : TRACE_BYTES) + (shares.has(service) ? 0 : SHARE_BYTES),
    place(traceId, service) {
      lastNumber = (lastNumber + 1) | 0;
      const trace = emptyTrace(traceId, service, lastNumber);
      traces.set(traceId, trace);
      total.bytes += TRACE_BYTES;
      enter(trace);
      return trace;
    },
    remove(trace) {
      traces.delete(trace.traceId);
      leave(trace);
      total.spans -= trace.count;
      total.bytes -= trace.bytes;
    },
    charge(trace, { spans, bytes }) {
      trace.bytes += bytes;
      total.spans += spans;
      total.bytes += bytes;
      addTo(shareOf(trace.service), spans, bytes);
    },
    chargeShared(service, bytes) {
      const share = shareOf(service);
      total.bytes += bytes;
      addTo(share, 0, bytes);
      return share;
    },
    unchargeShared(share, bytes) {
      total.bytes -= bytes;
      if (!share.isGone) addTo(share, 0, -bytes);
    },
    move(trace, service) {
      leave(trace);
      trace.service = service;
      enter(trace);
    },
    victim(measure, service, incoming, except) {
      const own = shares.get(service);
      const biggest = heaps[measure].biggest();
      const ownAmount = (own?.[measure] ?? 0) + incoming[measure];
      const share = biggest !== undefined && (own === undefined || biggest[measure] >= ownAmount) ? biggest : own;
      const oldest = share?.oldest;
      return oldest?.traceId === except ? oldest.newer : oldest;
    },
    clear() {
      traces.clear();
      shares.clear();
      heaps.spans.clear();
      heaps.bytes.clear();
      [total.spans, total.bytes] = [0, 0];
    },
  };
}

function emptyShare(order: number): Share {
  const places = { spans: 0, bytes: 0 };
  return { spans: 0, bytes: 0, order, places, oldest: undefined, newest: undefined, isGone: false };
}

function emptyTrace(traceId: string, service: string, number: number): StoredTrace {
  return {
    ...emptyChain(),
    number,
    count: 0,
    traceId,
    service,
    bytes: TRACE_BYTES,
    complete: false,
    logs: undefined,
    late: undefined,
    views: undefined,
    hasRoot: false,
    awaited: undefined,
    older: undefined,
    newer: undefined,
  };
}
