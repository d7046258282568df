import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import { isTracingSuppressed } from '@opentelemetry/core';
import { expect, test } from 'vitest';

import { textMap } from './carriers/text-map.ts';
import { within } from './carriers/within.ts';
import { consuming } from './consuming.ts';
import { producing, producingBatch, type ProducerPlan } from './producing.ts';

interface Message {
  readonly body: number;
  readonly headers?: Record<string, string>;
}

const FOREIGN = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const plan: ProducerPlan<Message> = {
  destination: { system: 'test', name: 'orders' },
  carrier: within('headers', textMap) as ProducerPlan<Message>['carrier'],
};
const echo = (message: Message) => message;

test('without an SDK the message is handed on as it is, the same object', () => {
  const message = { body: 1 };

  expect(producing(plan, message, echo)).toBe(message);
});

test('a copy of the message carries the context of its producer span', () => {
  using recorded = recordSpans();
  const message = Object.freeze({ body: 1, headers: Object.freeze({ a: 'b' }) });

  const sent = producing(plan, message, echo);

  const span = recorded.named('send orders');
  const { traceId, spanId } = span.spanContext();
  expect(sent).toEqual({ body: 1, headers: { a: 'b', traceparent: `00-${traceId}-${spanId}-01` } });
  expect(span.kind).toBe(SpanKind.PRODUCER);
  expect(span.attributes).toEqual({
    'messaging.system': 'test',
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.destination.name': 'orders',
  });
});

test('a carrier that fails costs the message its context, and nobody a span that never ends', () => {
  using recorded = recordSpans();
  const message = { body: 1 };
  const failing = { ...plan.carrier, set: () => expect.fail() };

  expect(producing({ ...plan, carrier: failing }, message, echo)).toBe(message);
  expect(producingBatch({ ...plan, carrier: failing }, [message], (messages) => messages[0])).toBe(message);

  expect(recorded.tree()).toBe('send orders\nsend orders');
});

test('a context that the application has put on the message stays, and is linked', () => {
  using recorded = recordSpans();
  const message = { body: 1, headers: { traceparent: FOREIGN } };

  expect(producing(plan, message, echo)).toBe(message);

  const span = recorded.named('send orders');
  expect(span.kind).toBe(SpanKind.CLIENT);
  expect(span.links.map((link) => link.context.spanId)).toEqual(['b7ad6b7169203331']);
});

test('a message that is sent on with the fields it came with is given our own', () => {
  using recorded = recordSpans();
  const message = { body: 1, headers: { traceparent: FOREIGN } };

  const sent = consuming(plan, message, () => producing(plan, { ...message }, echo));

  expect(sent.headers?.['traceparent']).toContain(recorded.named('send orders').spanContext().spanId);
  expect(recorded.named('send orders').links).toEqual([]);
});

test('fields that nobody can read are replaced', () => {
  using recorded = recordSpans();

  const sent = producing(plan, { body: 1, headers: { traceparent: 'garbage{' } }, echo);

  expect(sent.headers?.['traceparent']).toContain(recorded.named('send orders').spanContext().traceId);
});

test('what the client does in order to send makes no spans', () => {
  using recorded = recordSpans();

  producing(plan, { body: 1 }, () => {
    expect(isTracingSuppressed(context.active())).toBe(true);
    trace.getTracer('client').startSpan('tcp.write').end();
  });
  expect(isTracingSuppressed(context.active())).toBe(false);

  expect(recorded.tree()).toBe('send orders');
});

test('a rejection is the same one, and marks the span', async () => {
  using recorded = recordSpans();
  const error = new RangeError('full');

  await expect(producing(plan, { body: 1 }, () => Promise.reject(error))).rejects.toBe(error);

  const span = recorded.named('send orders');
  expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'full' });
  expect(span.attributes['error.type']).toBe('RangeError');
});

test('a batch has one span, whose context each message is given', () => {
  using recorded = recordSpans();
  const messages = [{ body: 1 }, { body: 2, headers: { traceparent: FOREIGN } }, { body: 3 }];

  const sent = producingBatch(plan, messages, (all) => all);

  const span = recorded.named('send orders');
  const { spanId } = span.spanContext();
  expect(sent.map(({ headers }) => headers?.['traceparent']?.slice(36, 52))).toEqual([
    spanId,
    'b7ad6b7169203331',
    spanId,
  ]);
  expect(span.attributes['messaging.batch.message_count']).toBe(3);
  expect(span.links).toHaveLength(1);
});

test('what does not fit is left out: baggage first, then tracestate, then traceparent', () => {
  using recorded = recordSpans();
  const baggage = propagation.createBaggage({ tenant: { value: 't1' } });
  const sentWith = (bytes: number) => {
    const carrier = { ...plan.carrier, room: () => ({ fields: 10, bytes }) };
    const inBaggage = propagation.setBaggage(context.active(), baggage);
    return context.with(inBaggage, () => producing({ ...plan, carrier }, { body: 1 }, echo));
  };

  expect(Object.keys(sentWith(1000).headers ?? {})).toEqual(['traceparent', 'baggage']);
  expect(Object.keys(sentWith(70).headers ?? {})).toEqual(['traceparent']);
  expect(sentWith(20)).toEqual({ body: 1 });
  expect(recorded.spans).toHaveLength(3);
});

test('a carrier that throws costs the context, and the message is sent', () => {
  using _recorded = recordSpans();
  const carrier = {
    ...plan.carrier,
    set() {
      throw new Error('no');
    },
  };
  const message = { body: 1 };

  expect(producing({ ...plan, carrier }, message, echo)).toBe(message);
});
