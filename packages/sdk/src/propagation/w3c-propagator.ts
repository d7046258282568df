import {
  createContextKey,
  isSpanContextValid,
  trace,
  type Context,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import {
  formatTraceparent,
  isRandom,
  parseTracestate,
  receiveTraceparent,
  withRandom,
  type HeaderValue,
} from '@clew/trace-context';

import { serializeTraceState, toTraceState } from '../otel/trace-state.ts';

const TRACEPARENT = 'traceparent';
const TRACESTATE = 'tracestate';
const MAX_LENGTH = 64 * 1024;
const MAX_LINES = 64;

/** Context key for the caller's random flag: the SDK's spans have the sampled flag only. */
const CALLER = createContextKey('clew.caller');

/**
 * W3C Trace Context, level 2: the random flag is set on traces that start here and kept on those that are continued,
 * unknown flags do not travel, and a `tracestate` with one invalid member is discarded whole.
 *
 * @param makesRandomIds whether the ids of traces that start here are random; not known of an id generator of the user
 * @see https://www.w3.org/TR/trace-context-2/
 */
export function createW3CPropagator(makesRandomIds: boolean): TextMapPropagator {
  const hasRandomId = (context: Context, { traceId }: SpanContext) => {
    const caller = context.getValue(CALLER) as { traceId: string; isRandom: boolean } | undefined;
    return caller?.traceId === traceId ? caller.isRandom : makesRandomIds;
  };
  return {
    fields: () => [TRACEPARENT, TRACESTATE],
    inject(context, carrier, setter) {
      const spanContext = trace.getSpanContext(context);
      if (spanContext === undefined || !isSpanContextValid(spanContext) || isTracingSuppressed(context)) return;
      const { traceId, spanId: parentId, traceFlags, traceState } = spanContext;
      const traceparent = withRandom({ traceId, parentId, traceFlags }, hasRandomId(context, spanContext));
      setter.set(carrier, TRACEPARENT, formatTraceparent(traceparent));
      const tracestate = serializeTraceState(traceState);
      if (tracestate !== '') setter.set(carrier, TRACESTATE, tracestate);
    },
    extract(context, carrier, getter) {
      const traceparent = receiveTraceparent(headerOf(carrier, TRACEPARENT, getter));
      if (traceparent === undefined) return context;
      const { traceId, parentId: spanId, traceFlags } = traceparent;
      const members = parseTracestate(headerOf(carrier, TRACESTATE, getter)) ?? [];
      const traceState = members.length > 0 ? toTraceState(members) : undefined;
      const spanContext = { traceId, spanId, traceFlags, isRemote: true, ...(traceState && { traceState }) };
      return trace.setSpanContext(context, spanContext).setValue(CALLER, { traceId, isRandom: isRandom(traceparent) });
    },
  };
}

/** A header's value or values. Names of headers have no case, and some carriers keep the case they were sent in. */
export function headerOf<Carrier>(carrier: Carrier, name: string, getter: TextMapGetter<Carrier>): HeaderValue {
  const value = getter.get(carrier, name);
  if (value !== undefined) return isReadable(value) ? value : undefined;
  const sent = getter.keys(carrier).find((key) => key.length === name.length && key.toLowerCase() === name);
  const found = sent === undefined ? undefined : getter.get(carrier, sent);
  return isReadable(found) ? found : undefined;
}

/** Refuses headers that are too long for all of our rules; one that is not from the network has any size. */
function isReadable(value: HeaderValue): boolean {
  return value === undefined || value === null || value.length <= (typeof value === 'string' ? MAX_LENGTH : MAX_LINES);
}
