import type { LogRecord } from './log-record.ts';
import { hasError, hasException, isLocalRoot, type SpanRecord } from './span-record.ts';

/** The spans and log lines of one trace that have arrived, in the order of arrival. */
export interface Trace {
  readonly traceId: string;
  /** Whether it has a local root and was quiet for a moment; more spans may come all the same. */
  readonly complete: boolean;
  readonly spans: readonly SpanRecord[];
  readonly logs: readonly LogRecord[];
}

/**
 * The local root where the trace enters what we see: the span without a parent or, when that was not received, the
 * earliest local root. `undefined` while only spans from the inside of a service have arrived.
 */
export function firstLocalRoot(trace: Trace): SpanRecord | undefined {
  const known = new Set(trace.spans.map(({ spanId }) => spanId));
  return firstTop(trace.spans.filter((span) => isTopLocalRoot(span, (spanId) => known.has(spanId))));
}

type RootFacts = Pick<SpanRecord, 'parentSpanId' | 'startTimeUnixNano'>;

/** The first one of the local roots whose parents have not arrived: one without a parent, or else the earliest. */
export function firstTop<T extends RootFacts>(tops: readonly T[]): T | undefined {
  return tops.reduce<T | undefined>((best, span) => (best && !precedes(span, best) ? best : span), undefined);
}

/** Whether the span is a local root whose parent has not arrived. */
export function isTopLocalRoot(span: SpanRecord, isKnown: (spanId: string) => boolean): boolean {
  return isLocalRoot(span) && (span.parentSpanId === undefined || !isKnown(span.parentSpanId));
}

export function traceHasError(trace: Trace): boolean {
  return trace.spans.some(hasError);
}

/** Whether an exception was recorded in it. Not every span with one has the status of an error. */
export function traceHasException(trace: Trace): boolean {
  return trace.spans.some(hasException);
}

/** When the trace begins and ends, in nanoseconds since 1970; 0 without spans. Spans that name no start do not count. */
export function traceExtent({ spans }: Pick<Trace, 'spans'>): { readonly start: bigint; readonly end: bigint } {
  let start = 0n;
  let end = 0n;
  for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
    if (startTimeUnixNano === 0n) continue;
    if (start === 0n || startTimeUnixNano < start) start = startTimeUnixNano;
    if (startTimeUnixNano > end) end = startTimeUnixNano;
    if (endTimeUnixNano > end) end = endTimeUnixNano;
  }
  return { start, end };
}

function precedes(a: RootFacts, b: RootFacts): boolean {
  const [aIsRoot, bIsRoot] = [a.parentSpanId === undefined, b.parentSpanId === undefined];
  return aIsRoot === bIsRoot ? a.startTimeUnixNano < b.startTimeUnixNano : aIsRoot;
}
