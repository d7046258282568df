import type { LogRecord } from '../log-record.ts';
import type { SpanRecord } from '../span-record.ts';
import type { Trace } from '../trace.ts';
import type { SpanMemory } from './span-memory.ts';
import type { StoredTrace } from './trace-shelf.ts';

/** A view of a big trace that the store has given away, as it knows it. */
export interface TraceView {
  readonly trace: WeakRef<Trace>;
  readonly complete: boolean;
  readonly spans: number;
  readonly logs: number;
  /** The view has its spans. */
  isRead: boolean;
}

/** Spans of a trace that is copied at once; a bigger one is read when someone looks. */
const MAX_COPIED = 64;
/** Views of one trace beyond which those that nobody needs any more are sorted out. */
const MAX_VIEWS = 16;

/**
 * A trace as it is now. Its spans are decoded when someone looks at them, since many who get a trace look no further than
 * its id. The few of a small one are copied first; of a big one nothing is, unless the store has to forget it.
 */
export function viewOf(stored: StoredTrace, memory: SpanMemory): Trace {
  return stored.count <= MAX_COPIED ? traceOf(stored, memory.copy(stored, stored.count)) : bigViewOf(stored, memory);
}

function bigViewOf(stored: StoredTrace, memory: SpanMemory): Trace {
  const { complete, count, logs = [], views = [] } = stored;
  const latest = views.at(-1);
  if (latest?.complete === complete && latest.spans === count && latest.logs === logs.length) {
    const known = latest.trace.deref();
    if (known !== undefined) return known;
  }
  const trace = traceOf(stored, () => {
    view.isRead = true;
    return memory.first(stored, count);
  });
  const view: TraceView = { trace: new WeakRef(trace), complete, spans: count, logs: logs.length, isRead: false };
  stored.views = views.length < MAX_VIEWS ? views : views.filter((each) => !each.isRead && each.trace.deref());
  stored.views.push(view);
  return trace;
}

function traceOf({ traceId, complete, logs: all = [] }: StoredTrace, read: () => SpanRecord[]): Trace {
  const logCount = all.length;
  let spans: SpanRecord[] | undefined;
  let logs: LogRecord[] | undefined;
  return {
    traceId,
    complete,
    get spans() {
      return (spans ??= read());
    },
    get logs() {
      return (logs ??= all.slice(0, logCount).map(({ log }) => log));
    },
  };
}

/** Has the views of a trace read its spans, since the store is about to forget them. */
export function readViews({ views = [] }: StoredTrace): void {
  for (const { isRead, trace } of views) if (!isRead) void trace.deref()?.spans;
}
