import type { SpanRecord } from '../span-record.ts';
import type { Trace } from '../trace.ts';
import type { SpanMemory } from './span-memory.ts';
import type { StoredTrace } from './trace-shelf.ts';

/** What a store knows about a view of a trace that it has given away. */
export interface TraceView {
  readonly trace: WeakRef<Trace>;
  readonly complete: boolean;
  readonly spans: number;
  readonly logs: number;
  /** Whether the view has its spans. */
  isRead: boolean;
}

/** Views of one trace beyond which those that nobody needs any more are sorted out. */
const MAX_VIEWS = 16;

/** A trace as it is now. Its spans are read when someone looks at them: many who get a trace look no further than its id. */
export function viewOf(stored: StoredTrace, memory: SpanMemory): Trace {
  const { traceId, complete, count, logs = [] } = stored;
  const latest = stored.views?.at(-1);
  if (latest?.complete === complete && latest.spans === count && latest.logs === logs.length) {
    const known = latest.trace.deref();
    if (known !== undefined) return known;
  }
  let spans: SpanRecord[] | undefined;
  const trace: Trace = {
    traceId,
    complete,
    get spans() {
      view.isRead = true;
      return (spans ??= memory.first(stored, count));
    },
    logs: logs.map(({ log }) => log),
  };
  const view: TraceView = { trace: new WeakRef(trace), complete, spans: count, logs: logs.length, isRead: count === 0 };
  const views = stored.views ?? [];
  stored.views = views.length < MAX_VIEWS ? views : views.filter((each) => !each.isRead && each.trace.deref());
  stored.views.push(view);
  return trace;
}

/** Has the views of a trace read its spans, since the store is about to forget them. */
export function readViews({ views = [] }: StoredTrace): void {
  for (const { isRead, trace } of views) if (!isRead) void trace.deref()?.spans;
}
