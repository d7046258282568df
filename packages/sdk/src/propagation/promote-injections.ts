import { trace, TraceFlags, type Context, type TraceState } from '@opentelemetry/api';

import { wrapPropagator, type NamedPropagator } from './wrap-propagator.ts';

/** Changes in the words to other processes by a decision that was made while a trace was running. */
export interface Promotions {
  /** Whether a trace is kept although its spans have started without the sampled flag. */
  isPromoted(traceId: string): boolean;
  /** Whether the span of a context is not recorded, whatever becomes of its trace: what continues it would have no parent. */
  isRefused(context: Context): boolean;
  /** The trace state without a threshold: nobody knows how many traces one stands for that was kept for what happened in it. */
  withoutThreshold(traceState: TraceState | undefined): TraceState | undefined;
}

/** The same propagator, which tells that a trace is sampled as soon as it is certain that it is kept. */
export function promoteInjections(
  propagator: NamedPropagator,
  { isPromoted, isRefused, withoutThreshold }: Promotions,
): NamedPropagator {
  function promoted(context: Context): Context {
    const spanContext = trace.getSpanContext(context);
    if (spanContext === undefined || (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0) return context;
    if (!isPromoted(spanContext.traceId) || isRefused(context)) return context;
    const { traceState: before, ...rest } = spanContext;
    const traceState = withoutThreshold(before);
    const traceFlags = spanContext.traceFlags | TraceFlags.SAMPLED;
    return trace.setSpanContext(context, { ...rest, traceFlags, ...(traceState !== undefined && { traceState }) });
  }

  return wrapPropagator(propagator, {
    inject: (context, carrier, setter) => propagator.inject(promoted(context), carrier, setter),
  });
}
