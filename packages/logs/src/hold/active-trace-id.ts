import { context, INVALID_TRACEID, trace } from '@opentelemetry/api';

/** The id of the trace that is active where this is called, sampled or not. */
export function activeTraceId(): string | undefined {
  const traceId = trace.getSpanContext(context.active())?.traceId;
  return traceId === INVALID_TRACEID ? undefined : traceId;
}
