import type { SpanRecord } from '../span-record.ts';

/** Span that has a link, by its ids. */
export interface LinkingSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Span that the link names; it need not be here. */
  readonly linkedSpanId: string;
}

/** The links of the stored spans, by the trace that they lead to. */
export interface LinkIndex {
  add(span: SpanRecord): void;
  remove(span: SpanRecord): void;
  /** Spans of other traces with a link to a span of this one, in the order of arrival. */
  into(traceId: string): LinkingSpan[];
  clear(): void;
}

export function createLinkIndex(): LinkIndex {
  const byTarget = new Map<string, Map<SpanRecord, string[]>>();

  return {
    add(span) {
      for (const { traceId, spanId } of span.links) {
        if (traceId === span.traceId || traceId === '') continue;
        const linking = byTarget.get(traceId) ?? new Map<SpanRecord, string[]>();
        byTarget.set(traceId, linking);
        const linked = linking.get(span);
        if (linked === undefined) linking.set(span, [spanId]);
        else linked.push(spanId);
      }
    },
    remove(span) {
      for (const { traceId } of span.links) {
        const linking = byTarget.get(traceId);
        linking?.delete(span);
        if (linking?.size === 0) byTarget.delete(traceId);
      }
    },
    into: (traceId) =>
      [...(byTarget.get(traceId) ?? [])].flatMap(([{ traceId, spanId }, linked]) =>
        linked.map((linkedSpanId) => ({ traceId, spanId, linkedSpanId })),
      ),
    clear: () => byTarget.clear(),
  };
}
