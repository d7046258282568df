import {
  isSpanContextValid,
  propagation,
  trace,
  TraceFlags,
  type TextMapGetter,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';

import { reportOnce } from '@clew/diagnostics';

const TRACE_HEADER = 'uber-trace-id';
const BAGGAGE_PREFIX = 'uberctx-';
const SAMPLED = 0b1;
const MAX_MEMBERS = 64;
const MAX_BYTES = 8192;
/** Half of a character, which has no form in UTF-8. */
const LONE_SURROGATE = /\p{Surrogate}/gu;
/** The key becomes a part of a header's name; those of a message that arrives may be anything. */
const KEY = /^[!#$%&'*+.^_`|~\w-]{1,128}$/;
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

/** Baggage in Jaeger's own format: a header for each entry, within the limits of W3C's. Other keys are left out. */
export const jaegerBaggagePropagator: TextMapPropagator = {
  fields: () => [],
  inject(context, carrier, setter) {
    if (isTracingSuppressed(context)) return;
    let members = 0;
    let bytes = 0;
    for (const [key, { value }] of propagation.getBaggage(context)?.getAllEntries() ?? []) {
      if (!isKey(key)) {
        reportOnce(
          'baggage keys for Jaeger',
          'a baggage key cannot be part of the name of a header; left out (jaeger)',
        );
        continue;
      }
      if (typeof value !== 'string' || value.length > MAX_BYTES) continue;
      const encoded = encodeURIComponent(value.replaceAll(LONE_SURROGATE, '\ufffd'));
      bytes += key.length + encoded.length;
      if ((members += 1) > MAX_MEMBERS || bytes > MAX_BYTES) return;
      setter.set(carrier, BAGGAGE_PREFIX + key, encoded);
    }
  },
  extract(context, carrier, getter) {
    const names = getter
      .keys(carrier)
      .filter((name) => name.toLowerCase().startsWith(BAGGAGE_PREFIX) && isKey(name.slice(BAGGAGE_PREFIX.length)))
      .slice(0, MAX_MEMBERS);
    if (names.length === 0) return context;
    let baggage = propagation.getBaggage(context) ?? propagation.createBaggage();
    for (const name of names) {
      const value = decoded(first(carrier, name, getter));
      baggage = baggage.setEntry(name.slice(BAGGAGE_PREFIX.length), { value });
    }
    return propagation.setBaggage(context, baggage);
  },
};

const isKey = (key: string): boolean => KEY.test(key);

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
