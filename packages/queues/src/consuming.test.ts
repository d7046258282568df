import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import { localRoot, span } from '@clew/spans';
import { anything, assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { textMap } from './carriers/text-map.ts';
import { within } from './carriers/within.ts';
import { consumingBatch } from './consuming-batch.ts';
import { consuming, openConsumption, type ConsumerPlan } from './consuming.ts';
import { runUnheeded } from './run-followed.ts';
import { settling } from './settling.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SENDER = 'b7ad6b7169203331';
const MESSAGE = { headers: { traceparent: `00-${TRACE}-${SENDER}-01`, baggage: 'tenant=t1' } };
const plan: ConsumerPlan<object> = {
  destination: { system: 'test', name: 'orders' },
  carrier: within('headers', textMap),
};
const tenant = () => propagation.getActiveBaggage()?.getEntry('tenant')?.value;
const activeSpan = () => trace.getActiveSpan()?.spanContext();

test('without an SDK the handler runs as it would', () => {
  expect(consuming(plan, MESSAGE, () => tenant())).toBeUndefined();
});

test('a single fresh message makes its handler a child of its sender, with a link', async () => {
  using recorded = recordSpans();

  const inHandler = await consuming(plan, MESSAGE, async () => {
    await Promise.resolve();
    return { span: activeSpan(), tenant: tenant(), isLocalRoot: localRoot() === trace.getActiveSpan() };
  });

  const consumer = recorded.named('process orders');
  expect(inHandler).toEqual({ span: consumer.spanContext(), tenant: 't1', isLocalRoot: true });
  expect(consumer.kind).toBe(SpanKind.CONSUMER);
  expect(consumer.parentSpanContext?.spanId).toBe(SENDER);
  expect(consumer.links.map((link) => link.context.spanId)).toEqual([SENDER]);
  expect(consumer.attributes).toMatchObject({
    'messaging.system': 'test',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': 'orders',
  });
});

describe('in `auto` the handler starts a trace of its own, with a link and the baggage,', () => {
  const now = Date.now();
  test.each([
    ['a message that is older than an hour', { enqueuedAt: now - 3_700_000 }],
    ['one that was to wait longer than an hour', { enqueuedAt: now - 10, delayMillis: 3_700_000 }],
    ['one that a scheduler repeats', { isRepeating: true }],
    ['one that came by a dead-letter queue', { deadLetterReason: 'rejected' }],
  ])('for %s', (_, delivery) => {
    using recorded = recordSpans();

    expect(consuming({ ...plan, delivery: () => delivery }, MESSAGE, tenant)).toBe('t1');

    const consumer = recorded.named('process orders');
    expect(consumer.parentSpanContext).toBeUndefined();
    expect(consumer.spanContext().traceId).not.toBe(TRACE);
    expect(consumer.links.map((link) => link.context.spanId)).toEqual([SENDER]);
  });

  test('for one that is handled within the work of another span, which is linked as well', () => {
    using recorded = recordSpans();

    span('work', () => consuming({ ...plan, isWithinWork: true }, MESSAGE, tenant));

    const consumer = recorded.named('process orders');
    expect(consumer.parentSpanContext).toBeUndefined();
    expect(consumer.links.map((link) => link.context.spanId)).toEqual([
      SENDER,
      recorded.named('work').spanContext().spanId,
    ]);
  });
});

test('a message without a context belongs to the work around it', () => {
  using recorded = recordSpans();

  span('work', () => consuming({ ...plan, isWithinWork: true }, {}, () => {}));

  expect(recorded.tree()).toBe('work\n  process orders');
});

test('a client that calls a handler itself is not the work around it', () => {
  using recorded = recordSpans();

  span('start-up', () => consuming(plan, {}, () => {}));

  expect(recorded.named('process orders').parentSpanContext).toBeUndefined();
});

test('`parent` and `link` are what they say', () => {
  using recorded = recordSpans();

  consuming({ ...plan, relation: 'link' }, MESSAGE, () => {});
  consuming({ ...plan, relation: 'parent', delivery: () => ({ isRepeating: true }) }, MESSAGE, () => {});

  expect(recorded.spans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([undefined, SENDER]);
});

test('the delivery stands on the span', () => {
  using recorded = recordSpans();
  const delivery = () => ({
    enqueuedAt: Date.now() - 5000,
    delayMillis: 3000,
    attempt: 2,
    deadLetterReason: 'expired',
  });

  consuming({ ...plan, delivery }, MESSAGE, () => {});

  const { attributes } = recorded.named('process orders');
  expect(attributes['clew.messaging.time_in_queue']).toBeGreaterThanOrEqual(2);
  expect(attributes).toMatchObject({
    'clew.messaging.delay': 3,
    'clew.messaging.attempt': 2,
    'clew.messaging.redelivered': true,
    'clew.messaging.dead_letter_reason': 'expired',
  });
});

test('whatever stands on a message, its handler runs once, in a span, and what it gives comes back', () => {
  using recorded = recordSpans();
  assert(
    property(anything(), anything(), (traceparent, baggage) => {
      let runs = 0;
      recorded.clear();

      expect(consuming(plan, { headers: { traceparent, baggage } }, () => ++runs)).toBe(1);
      expect(recorded.spans).toHaveLength(1);
    }),
  );
  consuming(plan, { headers: { traceparent: 'garbage{' } }, () => {});
  expect(recorded.spans.at(-1)?.attributes['clew.messaging.context']).toBe('invalid');
});

test('a handler that rejects makes the span an error, and the rejection is the same', async () => {
  using recorded = recordSpans();
  const error = new TypeError('no stock');

  await expect(consuming(plan, MESSAGE, () => Promise.reject(error))).rejects.toBe(error);
  expect(() =>
    consuming(plan, MESSAGE, () => {
      throw error;
    }),
  ).toThrow(error);

  expect(recorded.spans.map(({ status }) => status)).toEqual([
    { code: SpanStatusCode.ERROR, message: 'no stock' },
    { code: SpanStatusCode.ERROR, message: 'no stock' },
  ]);
});

test('a delivery or attributes that throw cost themselves alone', () => {
  using recorded = recordSpans();
  const fail = () => {
    throw new Error('no');
  };

  expect(consuming({ ...plan, delivery: fail, attributes: fail }, MESSAGE, () => 7)).toBe(7);

  expect(recorded.named('process orders').parentSpanContext?.spanId).toBe(SENDER);
});

test('a message that is settled later ends its span then, once', () => {
  using recorded = recordSpans();
  const consumption = openConsumption(plan, MESSAGE);

  expect(recorded.spans).toEqual([]);
  consumption?.end(new Error('nack'));
  consumption?.end();

  expect(recorded.named('process orders').status.code).toBe(SpanStatusCode.ERROR);
});

test('a batch has one span with a link to each sender, and each message its own span and baggage', () => {
  using recorded = recordSpans();
  const other = { headers: { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, baggage: 'tenant=t2' } };

  const tenants = consumingBatch(plan, [MESSAGE, other], (batch) => [
    tenant(),
    ...batch.messages.map((message) => batch.each(message, tenant)),
  ]);

  expect(tenants).toEqual([undefined, 't1', 't2']);
  expect(recorded.tree()).toBe('process orders\n  process orders\n  process orders');
  const batch = recorded.spans.at(-1);
  expect(batch?.attributes['messaging.batch.message_count']).toBe(2);
  expect(batch?.links.map((link) => link.context.spanId)).toEqual([SENDER, '2'.repeat(16)]);
});

test('settling makes a client span that is linked to the senders', () => {
  using recorded = recordSpans();

  expect(settling({ ...plan, operation: 'ack' }, [MESSAGE], () => 'done')).toBe('done');

  const settle = recorded.named('ack orders');
  expect(settle.kind).toBe(SpanKind.CLIENT);
  expect(settle.links.map((link) => link.context.spanId)).toEqual([SENDER]);
  expect(settle.attributes['messaging.operation.type']).toBe('settle');
});

test('nothing of the context that surrounds a client reaches the handlers it calls', () => {
  using _recorded = recordSpans();
  const around = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ tenant: { value: 'ours' } }));

  expect(context.with(around, () => consuming(plan, {}, tenant))).toBeUndefined();
});

describe('where the client ignores what a handler returns', () => {
  const run = (handler: () => unknown) => {
    const consumption = openConsumption(plan, MESSAGE);
    return consumption && runUnheeded(consumption.context, handler, handler, consumption.end);
  };

  test('the span of an async function lasts until its promise has settled', async () => {
    using recorded = recordSpans();
    let settle = () => {};
    const settled = new Promise<void>((resolve) => (settle = resolve));

    const result = run(async () => settled);
    const before = recorded.spans.length;
    settle();
    await result;

    expect([before, recorded.spans.length]).toEqual([0, 1]);
  });

  test('a promise that the application watches is handed on as it is, and rejects once', async () => {
    using recorded = recordSpans();
    const watched = Promise.reject(new Error('no stock'));
    const seen = watched.catch((error: Error) => error.message);

    expect(run(() => watched)).toBe(watched);

    expect(await seen).toBe('no stock');
    expect(recorded.spans).toHaveLength(1);
  });
});
