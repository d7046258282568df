import {
  createTraceState,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { suppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core';
import { createTraceLifetimes } from '@clew/spans/internal';
import { expect, test } from 'vitest';

import { observeInjections } from './observe-injections.ts';
import { createPropagator } from './propagator.ts';

const TRACE_ID = 'a'.repeat(32);
const IN_TRACE_SPAN = { traceId: TRACE_ID, spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };
const IN_TRACE = trace.setSpanContext(ROOT_CONTEXT, IN_TRACE_SPAN);
const ALL = { trace: 'all', baggage: 'all', messages: 'all', children: 'all' } as const;
const WITH_BAGGAGE = propagation.setBaggage(IN_TRACE, propagation.createBaggage({ tier: { value: 'gold' } }));

test('an injected trace context is told, and the carrier is the same as without an observer', () => {
  const { lifetimes, propagator, told } = observed();
  const carrier = {};
  const unobserved = {};

  propagator.inject(WITH_BAGGAGE, carrier, defaultTextMapSetter);
  observeInjections(everywhere(), createTraceLifetimes()).inject(WITH_BAGGAGE, unobserved, defaultTextMapSetter);

  expect(told).toEqual([TRACE_ID]);
  expect(Object.keys(carrier)).toEqual(['traceparent', 'baggage']);
  expect(unobserved).toEqual(carrier);
  expect(lifetimes.observesInjections()).toBe(true);
});

test('nothing is told where no trace context is written: suppressed, or kept from this target', () => {
  const { propagator, told } = observed();
  const nowhere = observed(
    createPropagator({ propagators: ['tracecontext', 'baggage'], propagate: { ...ALL, trace: ['a.internal'] } }, true),
  );

  propagator.inject(suppressTracing(IN_TRACE), {}, defaultTextMapSetter);
  propagator.inject(ROOT_CONTEXT, {}, defaultTextMapSetter);
  nowhere.propagator.inject(WITH_BAGGAGE, {}, defaultTextMapSetter);

  expect([...told, ...nowhere.told]).toEqual([]);
});

test('what a carrier throws is thrown on, and what it had taken by then is told', () => {
  const { propagator, told } = observed(new W3CTraceContextPropagator());
  const traceState = createTraceState('vendor=1');
  const context = trace.setSpanContext(ROOT_CONTEXT, { ...IN_TRACE_SPAN, traceState });
  const refuses = (refused: string) => ({
    set(_carrier: unknown, key: string) {
      if (key === refused) throw new TypeError('read-only');
    },
  });

  expect(() => propagator.inject(context, {}, refuses('traceparent'))).toThrow('read-only');
  const toldOfNothing = [...told];
  expect(() => propagator.inject(context, {}, refuses('tracestate'))).toThrow('read-only');

  expect([toldOfNothing, told]).toEqual([[], [TRACE_ID]]);
});

function everywhere() {
  return createPropagator({ propagators: ['tracecontext', 'baggage'], propagate: ALL }, true);
}

function observed(propagator: TextMapPropagator = everywhere()) {
  const lifetimes = createTraceLifetimes();
  const told: string[] = [];
  lifetimes.subscribe({ contextInjected: (traceId) => void told.push(traceId) });
  return { lifetimes, told, propagator: observeInjections(propagator, lifetimes) };
}
