import { createTraceState, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { expect, test } from 'vitest';

import { promoteInjections } from './promote-injections.ts';

const PROMOTED = '0af7651916cd43dd8448eb211c80319c';
const OTHER = '1af7651916cd43dd8448eb211c80319c';

function told(traceId: string, traceFlags: number, traceState?: string): Record<string, string> {
  const propagator = promoteInjections(Object.assign(new W3CTraceContextPropagator(), { toString: () => 'w3c' }), {
    isPromoted: (asked) => asked === PROMOTED,
    isRefused: () => false,
    withoutThreshold: (state) => state?.unset('ot'),
  });
  const spanContext = {
    traceId,
    spanId: 'b7ad6b7169203331',
    traceFlags,
    ...(traceState !== undefined && { traceState: createTraceState(traceState) }),
  };
  const carrier: Record<string, string> = {};
  propagator.inject(trace.setSpanContext(ROOT_CONTEXT, spanContext), carrier, defaultTextMapSetter);
  return carrier;
}

test('a trace that is certain to be kept is told as sampled, without a threshold', () => {
  expect(told(PROMOTED, 0, 'vendor=1,ot=th:8')).toEqual({
    traceparent: `00-${PROMOTED}-b7ad6b7169203331-01`,
    tracestate: 'vendor=1',
  });
});

test('any other is told as it is', () => {
  expect(told(OTHER, 0)).toEqual({ traceparent: `00-${OTHER}-b7ad6b7169203331-00` });
  expect(told(PROMOTED, 1, 'ot=th:8')).toEqual({
    traceparent: `00-${PROMOTED}-b7ad6b7169203331-01`,
    tracestate: 'ot=th:8',
  });
});

test('outside of a trace nothing is told', () => {
  const propagator = promoteInjections(Object.assign(new W3CTraceContextPropagator(), { toString: () => 'w3c' }), {
    isPromoted: () => true,
    isRefused: () => false,
    withoutThreshold: (state) => state,
  });
  const carrier = {};
  propagator.inject(ROOT_CONTEXT, carrier, defaultTextMapSetter);

  expect(carrier).toEqual({});
});
