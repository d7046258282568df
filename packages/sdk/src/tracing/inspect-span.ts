import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Node's `util.inspect`, as it hands itself to an object that it asks. */
export type Inspect = (value: unknown, options: object) => string;

/** @see https://nodejs.org/api/util.html#custom-inspection-functions-on-objects */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** Shows `console.log()` what a span says, and not what it is made of: the fields that OpenTelemetry's own shows. */
export function inspectSpan(span: ReadableSpan, options: object, inspect: Inspect): string {
  const { name, kind, parentSpanContext, status, startTime, endTime, duration, ended } = span;
  const { attributes, events, links, instrumentationScope } = span;
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  const fields = {
    name,
    kind,
    spanContext: span.spanContext(),
    parentSpanContext,
    status,
    startTime,
    endTime,
    duration,
    ended,
    attributes,
    events,
    links,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
    instrumentationScope,
  };
  return `ClewSpan ${inspect(fields, options)}`;
}
