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
  /** @returns how many links it has kept */
  add(span: SpanRecord): number;
  /** Forgets the links of the spans of a trace. */
  remove(traceId: string): void;
  /** Spans of other traces with a link to a span of this one, in the order of arrival. */
  into(traceId: string): LinkingSpan[];
  clear(): void;
}

interface Kept {
  readonly target: string;
  readonly link: LinkingSpan;
}

export function createLinkIndex(): LinkIndex {
  const byTarget = new Map<string, Set<LinkingSpan>>();
  const bySource = new Map<string, Kept[]>();

  function keep(target: string, link: LinkingSpan): void {
    const links = byTarget.get(target) ?? new Set();
    byTarget.set(target, links.add(link));
    const kept = bySource.get(link.traceId) ?? [];
    kept.push({ target, link });
    bySource.set(link.traceId, kept);
  }

  return {
    add({ traceId, spanId, links }) {
      const leading = links.filter((link) => link.traceId !== traceId && link.traceId !== '');
      for (const link of leading) keep(link.traceId, { traceId, spanId, linkedSpanId: link.spanId });
      return leading.length;
    },
    remove(traceId) {
      for (const { target, link } of bySource.get(traceId) ?? []) {
        const links = byTarget.get(target);
        links?.delete(link);
        if (links?.size === 0) byTarget.delete(target);
      }
      bySource.delete(traceId);
    },
    into: (traceId) => [...(byTarget.get(traceId) ?? [])],
    clear() {
      byTarget.clear();
      bySource.clear();
    },
  };
}
