import { createTraceState, ROOT_CONTEXT, SpanKind, trace, type Context, type Link } from '@opentelemetry/api';
import { parseOtMember } from '@clew/trace-context';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace';

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const SPAN_ID = 'b7ad6b7169203331';

/** A span that is about to start. */
export interface StartOf {
  readonly traceId?: string;
  readonly name?: string;
  readonly links?: Link[];
  readonly parent?: { readonly traceFlags: number; readonly tracestate?: string; readonly isRemote?: boolean };
}

/** A context with a span of this trace. */
export function contextOf({ traceId = TRACE_ID, parent }: StartOf): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceFlags, tracestate, isRemote = true } = parent;
  const traceState = tracestate === undefined ? undefined : createTraceState(tracestate);
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: SPAN_ID,
    traceFlags,
    isRemote,
    ...(traceState && { traceState }),
  });
}

/** Asks a sampler as an SDK does. */
export function sample(sampler: Sampler, start: StartOf): SamplingResult {
  const { traceId = TRACE_ID, name = 'GET', links = [] } = start;
  return sampler.shouldSample(contextOf(start), traceId, name, SpanKind.SERVER, {}, links);
}

/** The `tracestate` of the new span: an SDK takes that of the parent where the sampler gives none. */
export function tracestateOf(sampler: Sampler, start: StartOf): string {
  const own = sample(sampler, start).traceState;
  return (own ?? trace.getSpanContext(contextOf(start))?.traceState)?.serialize() ?? '';
}

/** OpenTelemetry's part of it. */
export function otOf(sampler: Sampler, start: StartOf): ReturnType<typeof parseOtMember> {
  const [, value] = /(?:^|,)ot=([^,]*)/.exec(tracestateOf(sampler, start)) ?? [];
  return parseOtMember(value);
}
