import { context, INVALID_SPANID, INVALID_TRACEID, trace, type Context } from '@opentelemetry/api';

/**
 * The fields by which a log line finds its trace, named as OpenTelemetry names them outside OTLP: ids in lowercase
 * hex (32 and 16 digits), flags as two hex digits (`01` is sampled).
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
export interface TraceFields {
  trace_id: string;
  span_id: string;
  trace_flags: string;
}

/** The fields of the active span, or of the one in `from`, as a new object; `undefined` where there is no valid one. */
export function traceFields(from: Context = context.active()): TraceFields | undefined {
  const spanContext = trace.getSpanContext(from);
  if (spanContext === undefined) return undefined;
  const { traceId, spanId, traceFlags } = spanContext;
  // No isSpanContextValid(): looking at each digit is a seventh of the cost of a log line, and ids of spans are hex.
  if (traceId === INVALID_TRACEID || spanId === INVALID_SPANID) return undefined;
  return { trace_id: traceId, span_id: spanId, trace_flags: (traceFlags & 0xff).toString(16).padStart(2, '0') };
}
