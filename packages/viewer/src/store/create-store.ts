import { type Clock, systemClock } from '../clock.ts';
import type { LogRecord } from '../log-record.ts';
import { serviceName } from '../resource.ts';
import type { SpanRecord } from '../span-record.ts';
import { isTopLocalRoot, type Trace } from '../trace.ts';
import { createLinkIndex, type LinkingSpan } from './link-index.ts';
import { watchQuiet } from './quiet-watch.ts';
import { logSize, spanSize } from './record-size.ts';
import { createSharedParts } from './shared-parts.ts';
import { createTraceShelf, type Load, type StoredTrace } from './trace-shelf.ts';

export interface StoreOptions {
  /** Default: 100 000. */
  readonly maxSpans?: number;
  /** Of memory, estimated. Default: 128 MiB. */
  readonly maxBytes?: number;
  /** Default: the system's clock. */
  readonly clock?: Clock;
}

/** Traces in memory, within bounds. */
export interface Store {
  /** Spans need a trace id and a span id; the same span twice counts once. */
  addSpans(spans: readonly SpanRecord[]): AddResult;
  /** Log records outside of a trace are counted and not kept. */
  addLogs(logs: readonly LogRecord[]): AddResult;
  trace(traceId: string): Trace | undefined;
  /** All traces, the oldest first. */
  traces(): Trace[];
  /** Spans of other traces with a link to a span of this one, in the order of arrival. */
  linksInto(traceId: string): LinkingSpan[];
  /** @returns a function that ends the subscription */
  subscribe(listener: StoreListener): () => void;
  /** Tells every trace that waits for more spans as complete, now: nothing more will come. */
  settle(): void;
  stats(): StoreStats;
  /** Forgets all traces and stops the timer. The counts of what was lost stay. */
  clear(): void;
}

export interface AddResult {
  readonly added: number;
  readonly duplicates: number;
  /** Not stored: no id, or the record's own trace fills the share of its service. */
  readonly rejected: number;
}

export interface StoreListener {
  spansAdded?(spans: readonly SpanRecord[]): void;
  /** Log records of traces. */
  logsAdded?(logs: readonly LogRecord[]): void;
  /** A trace had to go, to make room for others. */
  traceEvicted?(traceId: string): void;
  /** Everything was forgotten on request. */
  cleared?(): void;
  /** A local root has arrived whose parent has not, and then nothing for 400 ms. Told once for a trace. */
  traceComplete?(trace: Trace): void;
  /** Spans came after `traceComplete`, and then nothing for 400 ms. */
  lateSpans?(trace: Trace, late: readonly SpanRecord[]): void;
}

export interface StoreStats {
  readonly traces: number;
  readonly spans: number;
  readonly bytes: number;
  readonly evictedTraces: number;
  readonly evictedSpans: number;
  readonly duplicateSpans: number;
  readonly rejectedSpans: number;
  readonly untracedLogs: number;
}

export const STORE_DEFAULTS: { readonly maxSpans: number; readonly maxBytes: number } = {
  maxSpans: 100_000,
  maxBytes: 128 * 1024 * 1024,
};

const QUIET_MILLIS = 400;
/** Bytes that a trace takes beside its records. */
const TRACE_BYTES = 600;

type Fates<T> = Record<keyof AddResult, T[]>;

/**
 * Keeps the latest traces. When it is full it forgets whole traces, the oldest of the service that takes most: a noisy
 * service does not push out the others. A trace that alone fills its service's share takes no further spans.
 */
// oxlint-disable-next-line max-lines-per-function -- its functions close over one store; none is long
export function createStore(options: StoreOptions = {}): Store {
  const maxSpans = options.maxSpans ?? STORE_DEFAULTS.maxSpans;
  const maxBytes = options.maxBytes ?? STORE_DEFAULTS.maxBytes;
  const shelf = createTraceShelf();
  const parts = createSharedParts(shelf);
  const links = createLinkIndex();
  const listeners = new Set<StoreListener>();
  const quiet = watchQuiet(options.clock ?? systemClock, QUIET_MILLIS, tellQuiet);
  const lost = { evictedTraces: 0, evictedSpans: 0, duplicateSpans: 0, rejectedSpans: 0, untracedLogs: 0 };

  /** @returns what the record takes, or `undefined` when there is no room for it */
  function makeRoom(service: string, own: Load, record: SpanRecord | LogRecord, traceId: string): Load | undefined {
    for (;;) {
      const trace = shelf.traces.has(traceId) ? 0 : TRACE_BYTES;
      // Anew each time: with the trace that left, a part of this record may have left.
      const load = { spans: own.spans, bytes: own.bytes + trace + parts.cost(record) };
      if (load.bytes > maxBytes) return undefined;
      const tooMany = shelf.total.spans + load.spans > maxSpans;
      const tooBig = shelf.total.bytes + load.bytes > maxBytes;
      if (!tooMany && !tooBig) return load;
      const victim = shelf.victim(tooMany ? 'spans' : 'bytes', service, load, traceId);
      if (victim === undefined) return undefined;
      shelf.remove(victim);
      parts.release(victim);
      for (const span of victim.spans.values()) links.remove(span);
      quiet.forget(victim.traceId);
      lost.evictedTraces += 1;
      lost.evictedSpans += victim.spans.size;
      for (const listener of listeners) listener.traceEvicted?.(victim.traceId);
    }
  }

  function traceFor(traceId: string, service: string): StoredTrace {
    const known = shelf.traces.get(traceId);
    if (known !== undefined) return known;
    const trace: StoredTrace = {
      traceId,
      service,
      spans: new Map(),
      logs: [],
      shared: new Set(),
      bytes: 0,
      complete: false,
      late: [],
    };
    shelf.place(trace);
    return trace;
  }

  function addSpan(span: SpanRecord): keyof AddResult {
    if (span.traceId === '' || span.spanId === '') return 'rejected';
    const known = shelf.traces.get(span.traceId);
    if (known?.spans.has(span.spanId)) return 'duplicates';
    const sender = serviceName(span.resource);
    const owner = known === undefined || known.spans.size === 0 ? sender : known.service;
    const load = makeRoom(owner, { spans: 1, bytes: spanSize(span) }, span, span.traceId);
    if (load === undefined) return 'rejected';
    const trace = traceFor(span.traceId, owner);
    if (trace.service !== owner) shelf.move(trace, owner); // log lines came first, from a sender without a name
    shelf.charge(trace, load);
    parts.keep(span, trace);
    trace.spans.set(span.spanId, span);
    links.add(span);
    if (trace.complete) trace.late.push(span);
    quiet.touch(span.traceId);
    return 'added';
  }

  function addLog(log: LogRecord): keyof AddResult {
    if (log.traceId === undefined) {
      lost.untracedLogs += 1;
      return 'added';
    }
    const owner = shelf.traces.get(log.traceId)?.service ?? serviceName(log.resource);
    const load = makeRoom(owner, { spans: 0, bytes: logSize(log) }, log, log.traceId);
    if (load === undefined) return 'rejected';
    const trace = traceFor(log.traceId, owner);
    shelf.charge(trace, load);
    parts.keep(log, trace);
    trace.logs.push(log);
    return 'added';
  }

  function tellQuiet(traceId: string): void {
    const trace = shelf.traces.get(traceId);
    if (trace === undefined) return;
    const isKnown = (spanId: string) => trace.spans.has(spanId);
    const hasLocalRoot = () => [...trace.spans.values()].some((span) => isTopLocalRoot(span, isKnown));
    if (trace.complete || hasLocalRoot()) tell(trace);
  }

  function tell(stored: StoredTrace): void {
    const { complete, late } = stored;
    stored.complete = true;
    stored.late = [];
    const trace = viewOf(stored);
    if (!complete) for (const listener of listeners) listener.traceComplete?.(trace);
    else if (late.length > 0) for (const listener of listeners) listener.lateSpans?.(trace, late);
  }

  return {
    addSpans(spans) {
      const fates: Fates<SpanRecord> = { added: [], duplicates: [], rejected: [] };
      for (const span of spans) fates[addSpan(span)].push(span);
      lost.duplicateSpans += fates.duplicates.length;
      lost.rejectedSpans += fates.rejected.length;
      if (fates.added.length > 0) for (const listener of listeners) listener.spansAdded?.(fates.added);
      return countOf(fates);
    },
    addLogs(logs) {
      const fates: Fates<LogRecord> = { added: [], duplicates: [], rejected: [] };
      for (const log of logs) fates[addLog(log)].push(log);
      const inTraces = fates.added.filter(({ traceId }) => traceId !== undefined);
      if (inTraces.length > 0) for (const listener of listeners) listener.logsAdded?.(inTraces);
      return countOf(fates);
    },
    trace(traceId) {
      const stored = shelf.traces.get(traceId);
      return stored && viewOf(stored);
    },
    traces: () => Array.from(shelf.traces.values(), viewOf),
    linksInto: links.into,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    settle() {
      quiet.clear();
      for (const trace of shelf.traces.values()) if (trace.spans.size > 0) tell(trace);
    },
    stats: () => ({ traces: shelf.traces.size, ...shelf.total, ...lost }),
    clear() {
      quiet.clear();
      shelf.clear();
      parts.clear();
      links.clear();
      for (const listener of listeners) listener.cleared?.();
    },
  };
}

function countOf({ added, duplicates, rejected }: Fates<unknown>): AddResult {
  return { added: added.length, duplicates: duplicates.length, rejected: rejected.length };
}

function viewOf({ traceId, complete, spans, logs }: StoredTrace): Trace {
  return { traceId, complete, spans: [...spans.values()], logs: [...logs] };
}
