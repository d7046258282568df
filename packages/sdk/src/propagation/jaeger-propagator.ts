import {
  isSpanContextValid,
  propagation,
  trace,
  TraceFlags,
  type TextMapGetter,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';

const TRACE_HEADER = 'uber-trace-id';
const BAGGAGE_PREFIX = 'uberctx-';
const SAMPLED = 0b1;
const TRACE_FIELD = /^([\da-f]{1,32}):([\da-f]{1,16}):[\da-f]{0,16}:([\da-f]{1,2})$/i;

/**
 * The trace in Jaeger's own format, which systems that speak no W3C yet still send.
 *
 * @see https://www.jaegertracing.io/docs/1.76/architecture/sdks/#propagation-format
 */
export const jaegerTracePropagator: TextMapPropagator = {
  fields: () => [TRACE_HEADER],
  inject(context, carrier, setter) {
    const spanContext = trace.getSpanContext(context);
    if (spanContext === undefined || !isSpanContextValid(spanContext) || isTracingSuppressed(context)) return;
    const { traceId, spanId, traceFlags } = spanContext;
    setter.set(carrier, TRACE_HEADER, `${traceId}:${spanId}:0:${traceFlags & SAMPLED}`);
  },
  extract(context, carrier, getter) {
    const [, traceId, spanId, flags] = TRACE_FIELD.exec(decoded(first(carrier, TRACE_HEADER, getter))) ?? [];
    if (!traceId || !spanId || !flags) return context;
    const spanContext = {
      traceId: traceId.toLowerCase().padStart(32, '0'),
      spanId: spanId.toLowerCase().padStart(16, '0'),
      traceFlags: Number.parseInt(flags, 16) & SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE,
      isRemote: true,
    };
    return isSpanContextValid(spanContext) ? trace.setSpanContext(context, spanContext) : context;
  },
};

/** Baggage in Jaeger's own format: a header for each entry. */
export const jaegerBaggagePropagator: TextMapPropagator = {
  fields: () => [],
  inject(context, carrier, setter) {
    if (isTracingSuppressed(context)) return;
    for (const [key, { value }] of propagation.getBaggage(context)?.getAllEntries() ?? []) {
      if (typeof value === 'string') setter.set(carrier, BAGGAGE_PREFIX + key, encodeURIComponent(value));
    }
  },
  extract(context, carrier, getter) {
    const names = getter.keys(carrier).filter((name) => name.toLowerCase().startsWith(BAGGAGE_PREFIX));
    if (names.length === 0) return context;
    let baggage = propagation.getBaggage(context) ?? propagation.createBaggage();
    for (const name of names) {
      const value = decoded(first(carrier, name, getter));
      baggage = baggage.setEntry(name.slice(BAGGAGE_PREFIX.length), { value });
    }
    return propagation.setBaggage(context, baggage);
  },
};

function first(carrier: unknown, name: string, getter: TextMapGetter): string {
  const value = getter.get(carrier, name);
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
