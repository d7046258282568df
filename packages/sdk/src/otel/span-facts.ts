import type { SpanKind, SpanStatus } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** An ended span as a decision about its trace reads it, whoever's class the span is of. */
export interface SpanFacts {
  readonly traceId: string;
  readonly spanId: string;
  /** `undefined` for the first span of a trace. */
  readonly parentSpanId: string | undefined;
  /** The parent is in another process. */
  readonly isParentRemote: boolean;
  /** The W3C trace flags of the span. */
  readonly traceFlags: number;
  /** The `tracestate` header, empty where there is none. */
  readonly traceState: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly status: SpanStatus;
  readonly durationMillis: number;
  readonly resource: Resource;
  /** The value of an attribute, `undefined` where the span does not have it. */
  attribute(key: string): unknown;
}

/** Reads the facts of a span of OpenTelemetry's SDK. */
export function spanFacts(span: ReadableSpan): SpanFacts {
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
