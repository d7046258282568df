import { context, propagation, trace } from '@opentelemetry/api';
import { span } from '@clew/spans';
import { recordSpans } from '@clew/testing';
import { anything, assert, property } from 'fast-check';
import { expect, test } from 'vitest';

import { pack, resume } from './pack.ts';

test('without an SDK nothing is packed, and the handler runs', () => {
  expect(pack()).toEqual({});
  expect(resume({}, () => 7)).toBe(7);
});

test('what was packed goes on after JSON, in one trace, with its baggage', async () => {
  using recorded = recordSpans();
  const baggage = propagation.createBaggage({ tenant: { value: 't1' } });
  const job = span('order.place', () =>
    context.with(propagation.setBaggage(context.active(), baggage), () => JSON.stringify({ data: 1, trace: pack() })),
  );

  const { trace: fields } = JSON.parse(job) as { trace: unknown };
  const tenant = await resume(
    fields,
    async () => {
      await Promise.resolve();
      return propagation.getActiveBaggage()?.getEntry('tenant')?.value;
    },
    { name: 'process mail', system: 'own', destination: 'mail' },
  );

  expect(tenant).toBe('t1');
  expect(recorded.tree()).toBe('order.place\n  process mail');
  expect(recorded.named('process mail').attributes).toMatchObject({
    'messaging.system': 'own',
    'messaging.destination.name': 'mail',
    'clew.messaging.time_in_queue': expect.any(Number) as number,
  });
});

test('a handler is called without arguments, as without us', () => {
  using _recorded = recordSpans();

  expect(
    resume(
      span('send', () => pack()),
      (...args: unknown[]) => args,
    ),
  ).toEqual([]);
});

test('outside every span nothing is packed', () => {
  using _recorded = recordSpans();

  expect(pack()).toEqual({});
});

test('a traceparent alone, or JSON in a string, will do', () => {
  using recorded = recordSpans();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  resume(traceparent, () => {});
  resume(JSON.stringify({ traceparent }), () => {});

  expect(recorded.spans.map((each) => each.parentSpanContext?.spanId)).toEqual([
    'b7ad6b7169203331',
    'b7ad6b7169203331',
  ]);
});

test('whatever stands in place of what was packed, the handler runs once', () => {
  using recorded = recordSpans();
  assert(
    property(anything(), (fields) => {
      let runs = 0;
      recorded.clear();

      expect(resume(fields, () => ++runs)).toBe(1);
      expect(recorded.spans).toHaveLength(1);
    }),
  );
});

test.each([
  ['null', null],
  ['a destination that is no text', { destination: Symbol('mail') }],
  ['a getter that throws', Object.defineProperty({}, 'name', { get: () => expect.fail() })],
])('with options that cannot be used the handler runs all the same: %s', (_, options) => {
  expect(resume({}, () => 7, options as never)).toBe(7);
  using _recorded = recordSpans();
  expect(resume({}, () => 7, options as never)).toBe(7);
});

test('the span of a message is active while it is handled, and no more afterwards', () => {
  using recorded = recordSpans();

  const active = resume({}, () => trace.getActiveSpan()?.spanContext().spanId);

  expect(active).toBe(recorded.named('process').spanContext().spanId);
  expect(trace.getActiveSpan()).toBeUndefined();
});
