import { defaultTextMapSetter, propagation, ROOT_CONTEXT, trace, type TextMapPropagator } from '@opentelemetry/api';
import { targetOf, withTarget, type Target } from '@clew/spans';
import { expect, test } from 'vitest';

import { createPropagator } from './propagator.ts';
import type { Propagate } from './share.ts';

const OPEN: Propagate = { trace: 'all', baggage: 'all', messages: 'all', children: 'all' };
const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const baggage = propagation.createBaggage({ tenant: { value: 't1' } });
const CONTEXT = propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, spanContext), baggage);

/** The names of the headers that are injected. */
function injected(propagate: Partial<Propagate>, context = CONTEXT): string[] {
  const carrier = {};
  const options = { propagators: ['tracecontext', 'baggage', 'jaeger'] as const, propagate: { ...OPEN, ...propagate } };
  createPropagator(options, true).inject(context, carrier, defaultTextMapSetter);
  return Object.keys(carrier);
}

test('each format of trace and baggage goes to the target that may have it', () => {
  const child = withTarget(CONTEXT, { kind: 'child' });

  expect(injected({}, child)).toEqual(['traceparent', 'baggage', 'uber-trace-id', 'uberctx-tenant']);
  expect(injected({ children: 'trace' }, child)).toEqual(['traceparent', 'uber-trace-id']);
  expect(injected({ children: 'none' }, child)).toEqual([]);
  expect(injected({ children: 'none' })).toEqual(['traceparent', 'baggage', 'uber-trace-id', 'uberctx-tenant']);
});

test('the host of a request counts for all formats, and one that is not known gets nothing', () => {
  const propagate = { trace: ['a.internal'], baggage: ['a.internal'] };

  expect(injected(propagate)).toEqual([]);
  expect(injected(propagate, withTarget(CONTEXT, { kind: 'http', host: 'a.internal' }))).toEqual([
    'traceparent',
    'baggage',
    'uber-trace-id',
    'uberctx-tenant',
  ]);
});

test('a function is asked once for an injection, and a propagator of the user can read the target too', () => {
  const asked: Target[] = [];
  const read: unknown[] = [];
  const own: TextMapPropagator = {
    fields: () => [],
    inject: (context) => void read.push(targetOf(context)),
    extract: (context) => context,
  };
  const children = (target: Target) => {
    asked.push(target);
    return 'all' as const;
  };
  const propagator = createPropagator(
    { propagators: ['tracecontext', 'baggage', own], propagate: { ...OPEN, children } },
    true,
  );

  propagator.inject(withTarget(CONTEXT, { kind: 'child' }), {}, defaultTextMapSetter);

  expect(asked).toEqual([{ kind: 'child' }]);
  expect(read).toEqual([{ kind: 'child' }]);
});

test('it prints its formats and who gets less than everything', () => {
  const printed = (propagate: Partial<Propagate>) =>
    String(createPropagator({ propagators: ['tracecontext', 'baggage'], propagate: { ...OPEN, ...propagate } }, true));

  expect(printed({})).toBe('propagator(tracecontext, baggage)');
  expect(printed({ trace: ['a.example', '*.b.example'], baggage: [], messages: () => 'all', children: 'none' })).toBe(
    'propagator(tracecontext, baggage; trace to a.example *.b.example, baggage to no host, messages by function, children none)',
  );
});
