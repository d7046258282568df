/** Ids of the spans that have started and not ended, by trace. */
export interface OpenSpans {
  add(traceId: string, spanId: string): void;
  has(traceId: string, spanId: string): boolean;
  /** False where such a span has not started, or has ended before. */
  delete(traceId: string, spanId: string): boolean;
  idsOf(traceId: string): ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export function createOpenSpans(): OpenSpans {
  const traces = new Map<string, Map<string, number>>(); // counts: an id generator may repeat itself

  return {
    add(traceId, spanId) {
      const spans = traces.get(traceId);
      if (spans === undefined) traces.set(traceId, new Map([[spanId, 1]]));
      else spans.set(spanId, (spans.get(spanId) ?? 0) + 1);
    },
    has: (traceId, spanId) => traces.get(traceId)?.has(spanId) === true,
    delete(traceId, spanId) {
      const spans = traces.get(traceId);
      const count = spans?.get(spanId);
      if (spans === undefined || count === undefined) return false;
      if (count > 1) spans.set(spanId, count - 1);
      else spans.delete(spanId);
      if (spans.size === 0) traces.delete(traceId);
      return true;
    },
    idsOf(traceId) {
      const spans = traces.get(traceId);
      return spans === undefined ? NONE : new Set(spans.keys());
    },
  };
}
