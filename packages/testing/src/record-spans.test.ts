import { createRequire } from 'node:module';

import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { AlreadyRecordingError, recordSpans } from './record-spans.ts';

const tracer = trace.getTracer('taken before any recording');

test('ended spans are recorded in the order they ended', () => {
  using recorded = recordSpans();

  tracer.startActiveSpan('outer', (outer) => {
    tracer.startSpan('inner').end();
    outer.end();
  });

  expect(recorded.spans.map(({ name }) => name)).toEqual(['inner', 'outer']);
});

test('a tracer that a module took once is recorded by every recording', () => {
  recordOnce('first');
  using recorded = recordSpans();

  tracer.startSpan('second').end();

  expect(recorded.tree()).toBe('second');
});

test('the active span survives an await, and the tree shows children in start order', async () => {
  using recorded = recordSpans();

  await tracer.startActiveSpan('order.place', async (order) => {
    const slow = tracer.startSpan('payment.charge');
    await Promise.resolve();
    tracer.startSpan('mail.send').end();
    slow.setStatus({ code: SpanStatusCode.ERROR, message: 'card declined' }).end();
    order.end();
  });

  expect(recorded.tree()).toBe('order.place\n  payment.charge !card declined\n  mail.send');
});

test('a span that is never ended shows in the tree, and not in the spans', () => {
  using recorded = recordSpans();

  tracer.startSpan('forgotten');

  expect(recorded.tree()).toBe('forgotten (open)');
  expect(recorded.spans).toEqual([]);
});

test('named finds the one span of a name', () => {
  using recorded = recordSpans();

  tracer.startSpan('order.place', { attributes: { 'order.id': 7 } }).end();

  expect(recorded.named('order.place').attributes).toEqual({ 'order.id': 7 });
});

test('named says which names there are when it finds none or several', () => {
  using recorded = recordSpans();

  tracer.startSpan('twice').end();
  tracer.startSpan('twice').end();

  expect(() => recorded.named('once')).toThrow('no span named "once"; ended spans: "twice", "twice"');
  expect(() => recorded.named('twice')).toThrow('2 spans named "twice"; ended spans: "twice", "twice"');
});

test('clear forgets what was recorded, open spans included', () => {
  using recorded = recordSpans();
  const open = tracer.startSpan('open');
  tracer.startSpan('ended').end();

  recorded.clear();
  open.end();
  tracer.startSpan('later').end();

  expect(recorded.tree()).toBe('later');
  expect(recorded.spans.map(({ name }) => name)).toEqual(['later']);
});

test('trace context travels in W3C headers', () => {
  using recorded = recordSpans();
  const carrier: Record<string, string> = {};

  tracer.startActiveSpan('caller', (span) => {
    const baggage = propagation.createBaggage({ tier: { value: 'gold' } });
    propagation.inject(propagation.setBaggage(context.active(), baggage), carrier);
    span.end();
  });
  const extracted = propagation.extract(ROOT_CONTEXT, carrier);
  tracer.startSpan('callee', {}, extracted).end();

  expect(recorded.tree()).toBe('caller\n  callee');
  expect(propagation.getBaggage(extracted)?.getEntry('tier')?.value).toBe('gold');
});

test('after it is disposed, spans are no-ops and nothing is active', () => {
  const recorded = recordSpans();
  recorded[Symbol.dispose]();

  const span = trace.getTracer('later').startSpan('unseen');

  expect(span.isRecording()).toBe(false);
  expect(context.with(trace.setSpan(ROOT_CONTEXT, span), () => trace.getActiveSpan())).toBeUndefined();
  expect(propagation.fields()).toEqual([]);
});

test('a span of one recording that ends during the next is in neither', () => {
  const first = recordSpans();
  const span = tracer.startSpan('from before');
  first[Symbol.dispose]();
  using second = recordSpans();

  span.end();

  expect(first.spans).toEqual([]);
  expect(second.spans).toEqual([]);
});

test('a second recording at the same time is refused and leaves the first at work', () => {
  using recorded = recordSpans();

  expect(() => recordSpans()).toThrow(AlreadyRecordingError);
  tracer.startActiveSpan('still recorded', (span) => span.end());

  expect(recorded.tree()).toBe('still recorded');
});

test('a recording that is refused because of a foreign propagator registers nothing', () => {
  propagation.setGlobalPropagator({ inject() {}, extract: (into) => into, fields: () => ['x-foreign'] });

  expect(() => recordSpans()).toThrow('another propagator is registered');
  expect(propagation.fields()).toEqual(['x-foreign']);

  propagation.disable();
  using recorded = recordSpans();
  tracer.startSpan('recorded').end();
  expect(recorded.tree()).toBe('recorded');
});

test('disposing twice does not end a later recording', () => {
  const first = recordSpans();
  first[Symbol.dispose]();
  using second = recordSpans();

  first[Symbol.dispose]();
  tracer.startSpan('recorded').end();

  expect(second.tree()).toBe('recorded');
});

test('a tracer of a CommonJS copy of the API is recorded if it is taken while recording', () => {
  const copy = createRequire(import.meta.url)('@opentelemetry/api') as { trace: typeof trace };
  const early = copy.trace.getTracer('before');
  using recorded = recordSpans();

  early.startSpan('unseen').end();
  copy.trace.getTracer('while').startSpan('seen').end();

  expect(copy.trace).not.toBe(trace);
  expect(recorded.tree()).toBe('seen');
});

function recordOnce(name: string): void {
  using _recorded = recordSpans();
  tracer.startSpan(name).end();
}
