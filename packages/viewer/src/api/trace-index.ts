import { addNewSpans, createSummaryDraft, type SummaryDraft, summaryOf } from '../reading/trace-summary.ts';
import type { Store } from '../store/create-store.ts';
import type { TraceSummary } from './answers.ts';

/** Where a trace stands among the others. */
interface TraceEntry {
  readonly traceId: string;
  /** Grows from trace to trace, in the order of arrival. */
  readonly order: number;
  /** Number of its last change, of all changes of traces. */
  change: number;
}

/** The traces of a store in the order of their arrival and of their last change, with their summaries. */
export interface TraceIndex {
  /** Number of the last change; greater than any of a viewer that was started earlier. */
  readonly change: number;
  /** The oldest first. */
  entries(): TraceEntry[];
  /** Traces that changed after `change`, the one that changed first first. */
  changedSince(change: number): TraceEntry[];
  /** Traces that were forgotten after `change` and have not come back; `undefined` when that is not known. */
  goneSince(change: number): readonly string[] | undefined;
  summary(entry: TraceEntry): TraceSummary | undefined;
  summaryOf(traceId: string): TraceSummary | undefined;
  /** @returns a function that ends the subscription */
  onChange(listener: () => void): () => void;
  close(): void;
}

/** Traces from this many spans on are summed up as they grow; smaller ones anew when they have changed. */
const BIG = 1000;
const MAX_SUMMARIES = 2000;
const MAX_GONE = 10_000;
const MIN_LOG = 1024;

interface Change {
  readonly entry: TraceEntry;
  readonly change: number;
}

// oxlint-disable-next-line max-lines-per-function -- its functions close over one index; none is long
export function createTraceIndex(store: Store, unixMillis: number = Date.now()): TraceIndex {
  const entries = new Map<string, TraceEntry>();
  const drafts = new Map<string, SummaryDraft>();
  const summaries = new Map<string, TraceSummary>(); // the one that was made first first
  const listeners = new Set<() => void>();
  let changes: Change[] = []; // an entry that has changed again is there again: only its last place counts
  let gone: { readonly traceId: string; readonly change: number }[] = [];
  let change = unixMillis * 1000;
  let goneFrom = change;
  let order = 0;

  function tellChange(): void {
    for (const listener of listeners) listener();
  }

  function touch(traceId: string): void {
    let entry = entries.get(traceId);
    if (entry === undefined) {
      if (!store.has(traceId)) return; // it came and went in one batch
      entry = { traceId, order: ++order, change: 0 };
      entries.set(traceId, entry);
    }
    entry.change = ++change;
    changes.push({ entry, change });
    if (changes.length > MIN_LOG + 2 * entries.size) changes = changes.filter(isLast);
  }

  function isLast({ entry, change }: Change): boolean {
    return entry.change === change && entries.get(entry.traceId) === entry;
  }

  function touchAll(traceIds: Iterable<string>): void {
    for (const traceId of traceIds) touch(traceId);
    tellChange();
  }

  function touchOne(traceId: string): void {
    touch(traceId);
    tellChange();
  }

  function forget(traceId: string): void {
    drafts.delete(traceId);
    summaries.delete(traceId);
    if (!entries.delete(traceId)) return;
    gone.push({ traceId, change: ++change });
    if (gone.length > 2 * MAX_GONE) {
      goneFrom = gone[MAX_GONE - 1]?.change ?? change;
      gone = gone.slice(MAX_GONE);
    }
    tellChange();
  }

  function clear(): void {
    for (const kept of [entries, drafts, summaries]) kept.clear();
    [changes, gone] = [[], []];
    goneFrom = ++change;
    tellChange();
  }

  function summarize(entry: TraceEntry): TraceSummary | undefined {
    const { traceId, change } = entry;
    const known = summaries.get(traceId);
    if (known?.change === change) return known;
    const trace = store.trace(traceId);
    if (trace === undefined) return undefined;
    const draft = drafts.get(traceId) ?? createSummaryDraft();
    const spanOf = (spanId: string) => store.span(traceId, spanId);
    addNewSpans(draft, store.spansAfter(traceId, draft.spans), (spanId) => spanOf(spanId) !== undefined);
    if (draft.spans >= BIG) drafts.set(traceId, draft);
    const { complete, logs } = trace;
    const summary = summaryOf(draft, { traceId, complete, logs: logs.length, spanOf, change });
    summaries.delete(traceId);
    summaries.set(traceId, summary);
    const [oldest] = summaries.keys();
    if (summaries.size > MAX_SUMMARIES && oldest !== undefined) summaries.delete(oldest);
    return summary;
  }

  for (const { traceId } of store.traces()) touch(traceId);
  const unsubscribe = store.subscribe({
    tracesGrown: touchAll,
    traceEvicted: forget,
    cleared: clear,
    traceSettled: touchOne,
  });

  return {
    get change() {
      return change;
    },
    entries: () => [...entries.values()],
    changedSince: (since) =>
      changes
        .slice(firstAfter(changes, since))
        .filter(isLast)
        .map(({ entry }) => entry),
    goneSince: (since) =>
      since < goneFrom || since > change
        ? undefined
        : gone.slice(firstAfter(gone, since)).flatMap(({ traceId }) => (entries.has(traceId) ? [] : [traceId])),
    summary: summarize,
    summaryOf(traceId) {
      const entry = entries.get(traceId);
      return entry && summarize(entry);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: unsubscribe,
  };
}

/** Place of the first one that is newer than `since`, in a list from old to new. */
function firstAfter(list: readonly { readonly change: number }[], since: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.change ?? 0) > since) high = middle;
    else low = middle + 1;
  }
  return low;
}
