import { createTraceState, type SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

import type { Amendment } from './ended-span.ts';

/**
 * The span as the decision about its trace changes it: another object, since the context of the span itself may have been
 * propagated.
 */
export function amendedSpan(span: ReadableSpan, amendment: Amendment | undefined): ReadableSpan {
  if (amendment === undefined) return span;
  const { traceState, traceFlags, attributes } = amendment;
  const before = span.spanContext();
  const context: SpanContext = {
    ...before,
    ...(traceFlags !== undefined && { traceFlags }),
    ...(traceState !== undefined && { traceState: createTraceState(traceState) }),
  };
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => context,
    ...(span.parentSpanContext !== undefined && { parentSpanContext: span.parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    status: span.status,
    attributes: attributes === undefined ? span.attributes : { ...span.attributes, ...attributes },
    links: span.links,
    events: span.events,
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}
