import { type Clock, systemClock } from '../clock.ts';
import type { LogRecord } from '../log-record.ts';
import { LazySpan } from '../otlp/lazy-span.ts';
import { serviceName } from '../resource.ts';
import { isLocalRoot, type SpanRecord } from '../span-record.ts';
import type { Trace } from '../trace.ts';
import { createLinkIndex, type LinkingSpan } from './link-index.ts';
import { watchQuiet } from './quiet-watch.ts';
import { logSize, spanSize } from './record-size.ts';
import { createSharedParts } from './shared-parts.ts';
import { createSpanMemory, type SpanMemory } from './span-memory.ts';
import { createTraceShelf, type Load, type StoredTrace } from './trace-shelf.ts';
import { readViews, viewOf } from './trace-view.ts';

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
  has(traceId: string): boolean;
  /** One span, without a copy of the list of its trace. */
  span(traceId: string, spanId: string): SpanRecord | undefined;
  /** The spans of a trace in the order of arrival, without the first ones: for who has seen those. */
  spansAfter(traceId: string, seen: number): SpanRecord[];
  /** All traces, the oldest first. */
  traces(): Trace[];
  /** Spans of other traces with a link to a span of this one, in the order of arrival. */
  linksInto(traceId: string): LinkingSpan[];
  /** @returns a function that ends the subscription */
  subscribe(listener: StoreListener): () => void;
  /** Tells every trace that waits for more spans as complete, now: nothing more will come. */
  settle(): void;
  stats(): StoreStats;
  /** Names of the services that have records here, at most so many. */
  serviceNames(limit: number): string[];
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
  /** Traces that spans or log records were added to; some may have had to go again. Cheaper than the spans themselves. */
  tracesGrown?(traceIds: ReadonlySet<string>): void;
  /** Log records of traces. */
  logsAdded?(logs: readonly LogRecord[]): void;
  /** A trace had to go, to make room for others. */
  traceEvicted?(traceId: string): void;
  /** Everything was forgotten on request. */
  cleared?(): void;
  /** A trace is told by `traceComplete` or `lateSpans` now. Cheaper than either, since it needs no copy of the trace. */
  traceSettled?(traceId: string): void;
  /** A local root has arrived whose parent has not, and then nothing for 400 ms. Told once for a trace. */
  traceComplete?(trace: Trace): void;
  /** Spans came after `traceComplete`, and then nothing for 400 ms. They are other objects than those of the trace. */
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
  const memory = createSpanMemory(parts);
  const links = createLinkIndex();
  const listeners = new Set<StoreListener>();
  const quiet = watchQuiet(options.clock ?? systemClock, QUIET_MILLIS, tellQuiet);
  const lost = { evictedTraces: 0, evictedSpans: 0, duplicateSpans: 0, rejectedSpans: 0, untracedLogs: 0 };

  /**
   * Forgets traces until there is room for a record in a trace.
   *
   * @param own what the record takes by itself
   * @returns whether there is
   */
  function makeRoom(service: string, own: Load, record: SpanRecord | LogRecord, traceId: string): boolean {
    for (;;) {
      // Anew each time: with the trace that left, a part of this record may have left.
      const bytes = own.bytes + shelf.cost(traceId, service) + parts.cost(record);
      const incoming = { spans: own.spans, bytes };
      if (bytes > maxBytes) return false;
      const tooMany = shelf.total.spans + incoming.spans > maxSpans;
      const tooBig = shelf.total.bytes + incoming.bytes > maxBytes;
      if (!tooMany && !tooBig) return true;
      const victim = shelf.victim(tooMany ? 'spans' : 'bytes', service, incoming, traceId);
      if (victim === undefined) return false;
      evict(victim);
    }
  }

  function evict(trace: StoredTrace): void {
    lost.evictedTraces += 1;
    lost.evictedSpans += trace.count;
    shelf.remove(trace);
    readViews(trace);
    memory.free(trace, parts.release);
    for (const { part } of trace.logs ?? []) parts.release(part);
    links.remove(trace.traceId);
    quiet.forget(trace.traceId);
    for (const listener of listeners) listener.traceEvicted?.(trace.traceId);
  }

  function addSpan(span: SpanRecord): keyof AddResult {
    if (span.traceId === '' || span.spanId === '') return 'rejected';
    const known = shelf.traces.get(span.traceId);
    if (known !== undefined && memory.has(known, span.spanId)) return 'duplicates';
    const sender = serviceName(span.resource);
    const owner = known === undefined || known.count === 0 ? sender : known.service;
    const own = { spans: 1, bytes: spanSize(span) + memory.cost(known, span) };
    if (!makeRoom(owner, own, span, span.traceId)) return 'rejected';
    const trace = shelf.traces.get(span.traceId) ?? shelf.place(span.traceId, owner);
    if (trace.service !== owner) shelf.move(trace, owner); // log lines came first, from a sender without a name
    shelf.charge(trace, own);
    const address = memory.add(trace, span, parts.keep(span, owner));
    noteRoot(trace, span, memory);
    links.add(span);
    if (trace.complete) (trace.late ??= []).push(address);
    quiet.touch(span.traceId);
    return 'added';
  }

  function addLog(log: LogRecord): keyof AddResult {
    if (log.traceId === undefined) {
      lost.untracedLogs += 1;
      return 'added';
    }
    const known = shelf.traces.get(log.traceId);
    const owner = known?.service ?? serviceName(log.resource);
    const own = { spans: 0, bytes: logSize(log) };
    if (!makeRoom(owner, own, log, log.traceId)) return 'rejected';
    const trace = shelf.traces.get(log.traceId) ?? shelf.place(log.traceId, owner);
    shelf.charge(trace, own);
    (trace.logs ??= []).push({ log, part: parts.keep(log, owner) });
    return 'added';
  }

  function tellQuiet(traceId: string): void {
    const trace = shelf.traces.get(traceId);
    if (trace === undefined) return;
    if (trace.complete || hasTopLocalRoot(trace)) tell(trace);
  }

  function tellGrown(records: readonly (SpanRecord | LogRecord)[]): void {
    let traceIds: Set<string> | undefined;
    for (const listener of listeners)
      if (listener.tracesGrown !== undefined) listener.tracesGrown((traceIds ??= idsOf(records)));
  }

  function tellAdded(spans: readonly SpanRecord[]): void {
    tellGrown(spans);
    for (const listener of listeners) {
      if (listener.spansAdded === undefined) continue;
      for (const span of spans) if (span instanceof LazySpan) span.detach(); // the listener may keep it
      listener.spansAdded(spans);
    }
  }

  function tell(stored: StoredTrace): void {
    const { complete, late } = stored;
    stored.complete = true;
    stored.late = undefined;
    let trace: Trace | undefined; // made for the first one who listens
    const view = () => (trace ??= viewOf(stored, memory));
    if (!complete || late !== undefined) for (const listener of listeners) listener.traceSettled?.(stored.traceId);
    if (!complete) for (const listener of listeners) listener.traceComplete?.(view());
    if (!complete || late === undefined) return;
    for (const listener of listeners) listener.lateSpans?.(view(), late.map(memory.at));
  }

  return {
    addSpans(spans) {
      const fates: Fates<SpanRecord> = { added: [], duplicates: [], rejected: [] };
      for (const span of spans) fates[addSpan(span)].push(span);
      lost.duplicateSpans += fates.duplicates.length;
      lost.rejectedSpans += fates.rejected.length;
      if (fates.added.length > 0) tellAdded(fates.added);
      return countOf(fates);
    },
    addLogs(logs) {
      const fates: Fates<LogRecord> = { added: [], duplicates: [], rejected: [] };
      for (const log of logs) fates[addLog(log)].push(log);
      const inTraces = fates.added.filter(({ traceId }) => traceId !== undefined);
      if (inTraces.length > 0) {
        tellGrown(inTraces);
        for (const listener of listeners) listener.logsAdded?.(inTraces);
      }
      return countOf(fates);
    },
    trace(traceId) {
      const stored = shelf.traces.get(traceId);
      return stored && viewOf(stored, memory);
    },
    has: (traceId) => shelf.traces.has(traceId),
    span(traceId, spanId) {
      const trace = shelf.traces.get(traceId);
      return trace && memory.find(trace, spanId);
    },
    spansAfter(traceId, seen) {
      const trace = shelf.traces.get(traceId);
      return trace === undefined || seen >= trace.count ? [] : memory.first(trace, trace.count, seen);
    },
    traces: () => Array.from(shelf.traces.values(), (trace) => viewOf(trace, memory)),
    linksInto: links.into,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    settle() {
      quiet.clear();
      for (const trace of shelf.traces.values()) if (trace.count > 0) tell(trace);
    },
    serviceNames(limit) {
      const names = new Set<string>();
      for (const resource of parts.resources()) {
        if (Object.keys(resource.attributes).length === 0) continue; // of a log line that was read from an output
        if (names.add(serviceName(resource)).size >= limit) break;
      }
      return [...names];
    },
    stats: () => ({ traces: shelf.traces.size, ...shelf.total, ...lost }),
    clear() {
      quiet.clear();
      for (const trace of shelf.traces.values()) readViews(trace);
      shelf.clear();
      memory.clear();
      parts.clear();
      links.clear();
      for (const listener of listeners) listener.cleared?.();
    },
  };
}

function idsOf(records: readonly (SpanRecord | LogRecord)[]): Set<string> {
  const traceIds = new Set<string>();
  let last: string | undefined; // records of a trace often come together
  for (const { traceId } of records) {
    if (traceId === last || traceId === undefined) continue;
    traceIds.add(traceId);
    last = traceId;
  }
  return traceIds;
}

function countOf({ added, duplicates, rejected }: Fates<unknown>): AddResult {
  return { added: added.length, duplicates: duplicates.length, rejected: rejected.length };
}

/** Notes what the span says about where the trace enters what we see. */
function noteRoot(trace: StoredTrace, span: SpanRecord, memory: SpanMemory): void {
  trace.awaited?.delete(span.spanId);
  if (trace.hasRoot || !isLocalRoot(span)) return;
  if (span.parentSpanId === undefined) trace.hasRoot = true;
  else if (!memory.has(trace, span.parentSpanId)) (trace.awaited ??= new Set()).add(span.parentSpanId);
}

/** Tells if a local root has come whose parent has not: `isTopLocalRoot` of some span. */
function hasTopLocalRoot({ hasRoot, awaited }: StoredTrace): boolean {
  return hasRoot || (awaited !== undefined && awaited.size > 0);
}
