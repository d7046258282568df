import type { LogRecord } from '../log-record.ts';
import type { Resource, Scope } from '../resource.ts';
import type { SpanRecord } from '../span-record.ts';

/** A trace as the store holds it. */
export interface StoredTrace {
  readonly traceId: string;
  /** The service that it counts for: the first one that sent a span of it. */
  service: string;
  readonly spans: Map<string, SpanRecord>;
  readonly logs: LogRecord[];
  /** Of the resources and scopes of its records, those that are counted once for all traces. */
  readonly shared: Set<Resource | Scope>;
  bytes: number;
  complete: boolean;
  /** Spans that came after the trace was complete and were not told yet. */
  late: SpanRecord[];
}

/** Amounts that count against the store's limits. */
export interface Load {
  readonly spans: number;
  readonly bytes: number;
}

interface Share {
  spans: number;
  bytes: number;
  /** The oldest first. */
  readonly traces: Set<StoredTrace>;
}

/** The traces of a store by id and by service, with what each service takes of the limits. */
export interface TraceShelf {
  readonly traces: ReadonlyMap<string, StoredTrace>;
  readonly total: Load;
  place(trace: StoredTrace): void;
  remove(trace: StoredTrace): void;
  /** Counts `load` for the trace, negative when something left it. */
  charge(trace: StoredTrace, load: Load): void;
  /** Gives the trace to another service. */
  move(trace: StoredTrace, service: string): void;
  /** The oldest trace, other than `except`, of the service that takes most once `incoming` is counted for `service`. */
  victim(measure: keyof Load, service: string, incoming: Load, except: string): StoredTrace | undefined;
  clear(): void;
}

export function createTraceShelf(): TraceShelf {
  const traces = new Map<string, StoredTrace>();
  const shares = new Map<string, Share>();
  const total = { spans: 0, bytes: 0 };

  function enter(trace: StoredTrace): void {
    const share = shares.get(trace.service) ?? { spans: 0, bytes: 0, traces: new Set() };
    shares.set(trace.service, share);
    share.traces.add(trace);
    add(share, { spans: trace.spans.size, bytes: trace.bytes });
  }

  function leave(trace: StoredTrace): void {
    const share = shares.get(trace.service);
    if (!share?.traces.delete(trace)) return;
    add(share, { spans: -trace.spans.size, bytes: -trace.bytes });
    if (share.traces.size === 0) shares.delete(trace.service);
  }

  return {
    traces,
    total,
    place(trace) {
      traces.set(trace.traceId, trace);
      enter(trace);
    },
    remove(trace) {
      traces.delete(trace.traceId);
      leave(trace);
      add(total, { spans: -trace.spans.size, bytes: -trace.bytes });
    },
    charge(trace, load) {
      trace.bytes += load.bytes;
      add(total, load);
      const share = shares.get(trace.service);
      if (share !== undefined) add(share, load);
    },
    move(trace, service) {
      leave(trace);
      trace.service = service;
      enter(trace);
    },
    victim(measure, service, incoming, except) {
      let biggest: Share | undefined;
      let most = shares.has(service) ? -1 : incoming[measure] - 1; // a new service may be the biggest at once
      for (const [name, share] of shares) {
        const taken = share[measure] + (name === service ? incoming[measure] : 0);
        if (taken > most) [biggest, most] = [share, taken];
      }
      for (const trace of biggest?.traces ?? []) if (trace.traceId !== except) return trace;
      return undefined;
    },
    clear() {
      traces.clear();
      shares.clear();
      [total.spans, total.bytes] = [0, 0];
    },
  };
}

function add(sum: { spans: number; bytes: number }, load: Load): void {
  sum.spans += load.spans;
  sum.bytes += load.bytes;
}
