import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Node's `util.inspect`, as it hands itself to an object that it asks. */
type Inspect = (value: unknown, options: object) => string;

/** @see https://nodejs.org/api/util.html#custom-inspection-functions-on-objects */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Has `console.log()` show what spans say. Not a method of their class: declarations of its type could not name it, and a
 * statement beside the class would be a side effect of its module.
 */
export function makeInspectable(prototype: ReadableSpan): void {
  Object.defineProperty(prototype, INSPECT, {
    configurable: true,
    writable: true,
    value(this: ReadableSpan, depth: number, options: object, inspect: Inspect) {
      return inspectSpan(this, { ...options, depth }, inspect);
    },
  });
}

/** Text of what a span says, and not what it is made of: the fields that OpenTelemetry's own shows. */
function inspectSpan(span: ReadableSpan, options: object, inspect: Inspect): string {
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
