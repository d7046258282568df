import type { ReadableSpan } from '@opentelemetry/sdk-trace';

import type { EndedSpan, StartedRoot } from './ended-span.ts';

/** Reads the facts of an ended span of OpenTelemetry's SDK. */
export function endedSpan(span: ReadableSpan): EndedSpan {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const parent = span.parentSpanContext;
  const [seconds, nanos] = span.duration;
  return {
    traceId,
    spanId,
    parentSpanId: parent?.spanId,
    isParentRemote: parent?.isRemote === true,
    traceFlags,
    traceState: traceState?.serialize() ?? '',
    name: span.name,
    kind: span.kind,
    status: span.status,
    durationMillis: seconds * 1e3 + nanos / 1e6,
    resource: span.resource,
    attribute: (key) => (Object.hasOwn(span.attributes, key) ? span.attributes[key] : undefined),
  };
}

/** Reads the facts of a span that starts; `undefined` for one that has its parent in this process. */
export function startedRoot(span: Pick<ReadableSpan, 'spanContext' | 'parentSpanContext'>): StartedRoot | undefined {
  const parent = span.parentSpanContext;
  if (parent !== undefined && parent.isRemote !== true) return undefined;
  const { traceId, traceFlags, traceState } = span.spanContext();
  return { traceId, traceFlags, traceState: traceState?.serialize() ?? '', parentFlags: parent?.traceFlags };
}
