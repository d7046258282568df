// The contract of every adapter of a queue's client, as cases that any test runner can run.
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

import { context, propagation, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

import { recordSpans, type RecordedSpans } from './record-spans.ts';

/** A real client on a real broker, traced as its users have it, with a queue that nobody else uses. */
export interface QueueUnderTest extends AsyncDisposable {
  /** `messaging.system` of its spans. */
  readonly system: string;
  /** `messaging.destination.name` of its producer spans. */
  readonly destination: string;
  /** Whether a message whose handler rejected is delivered again. */
  readonly redelivers: boolean;
  /** Sends a message by the traced client, with the application's own fields, which are handed to the client as they are. */
  send(body: string, fields?: Readonly<Record<string, string>>): Promise<void>;
  /** Sends several by one call of the traced client. Absent where the client has no such call. */
  sendBatch?(bodies: readonly string[]): Promise<void>;
  /**
   * Puts a message into the queue past the tracing.
   *
   * @returns false where no client could put such a field on the wire
   */
  sendRaw(body: string, fields: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** Handles messages one by one with the traced client, until it is disposed. What the handler throws is the client's. */
  consume(handler: (message: ConsumedMessage) => Promise<void>): Promise<AsyncDisposable>;
}

/** A message as its handler sees it. */
export interface ConsumedMessage {
  readonly body: string;
  /** The fields as text, as far as they are text. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A case of the suite. `run` rejects with an `AssertionError` where the queue does not do what `name` says. */
export interface QueueCase {
  readonly name: string;
  run(open: () => Promise<QueueUnderTest>): Promise<void>;
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SENDER = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${SENDER}-01`;

/** Headers that anyone could write where a context should stand. */
const POISON: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'text that is no context': { traceparent: 'garbage{', tracestate: '{', baggage: '=;,=' },
  null: { traceparent: null, baggage: null },
  bytes: { traceparent: Buffer.from([0, 255, 128, 10]), baggage: Buffer.alloc(16, 0xff) },
  'a number': { traceparent: 7, baggage: 1.5 },
  'a boolean': { traceparent: true },
  'a list': { traceparent: [TRACEPARENT, 'b'], baggage: [] },
  'an object': { traceparent: { a: { b: [1] } }, baggage: {} },
  'a header of 32 KiB': { traceparent: 'a'.repeat(32 * 1024) },
  'line breaks': { traceparent: `${TRACEPARENT}\r\nx: y` },
  'the wrong case': { TRACEPARENT: 'x', Traceparent: TRACEPARENT.toUpperCase() },
  'ids of zeros': { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` },
  'baggage of 30 KiB': { traceparent: TRACEPARENT, baggage: `tenant=${'x'.repeat(30 * 1024)}` },
};

/** The suite: what an adapter of a queue's client does, whatever the queue. */
export const queueCases: readonly QueueCase[] = [
  {
    name: 'a message carries trace context and baggage to its handler, where they are active after an await too',
    run: (open) =>
      withQueue(open, async (queue, recorded) => {
        const seen = await sendAndConsume(queue, 'order 7', {
          recorded,
          async handler() {
            await Promise.resolve();
            trace.getTracer('handler').startSpan('handle').end();
            return propagation.getActiveBaggage()?.getEntry('tenant')?.value;
          },
        });

        equal(seen, 't1');
        const { producer, consumer } = pairOf(recorded);
        equal(consumer.spanContext().traceId, producer.spanContext().traceId);
        equal(recorded.named('handle').parentSpanContext?.spanId, consumer.spanContext().spanId);
      }),
  },
  {
    name: 'a fresh single message makes its consumer a child of its producer, with a link',
    run: (open) =>
      withQueue(open, async (queue, recorded) => {
        await sendAndConsume(queue, 'order 7', { recorded });

        const { producer, consumer } = pairOf(recorded);
        equal(consumer.parentSpanContext?.spanId, producer.spanContext().spanId);
        deepStrictEqual(
          consumer.links.map((link) => link.context.spanId),
          [producer.spanContext().spanId],
        );
      }),
  },
  {
    name: 'the spans have the kinds, names and attributes of the semantic conventions',
    run: (open) =>
      withQueue(open, async (queue, recorded) => {
        await sendAndConsume(queue, 'order 7', { recorded });

        const { producer, consumer } = pairOf(recorded);
        equal(producer.attributes['messaging.operation.type'], 'send');
        equal(consumer.attributes['messaging.operation.type'], 'process');
        equal(producer.attributes['messaging.destination.name'], queue.destination);
        for (const { attributes, name } of [producer, consumer]) {
          equal(attributes['messaging.system'], queue.system);
          ok(name.startsWith(String(attributes['messaging.operation.name'])), `${name} begins with its operation`);
        }
      }),
  },
  {
    name: 'a message makes one producer span and one consumer span, and what the client does meanwhile makes none',
    run: (open) =>
      withQueue(open, async (queue, recorded) => {
        await sendAndConsume(queue, 'order 7', { recorded });

        deepStrictEqual(recorded.spans.map(({ kind }) => SpanKind[kind]).toSorted(), [
          'CONSUMER',
          'INTERNAL',
          'PRODUCER',
        ]);
      }),
  },
  {
    name: 'a context that the application has put on a message is kept, and its fields object is not written to',
    run: (open) =>
      withQueue(open, async (queue, recorded) => {
        const fields = Object.freeze({ traceparent: TRACEPARENT, own: 'field' });

        const message = await sendAndConsume(queue, 'order 7', { recorded, fields, handler: echo });

        deepStrictEqual(fields, { traceparent: TRACEPARENT, own: 'field' });
        equal(message.fields['traceparent'], TRACEPARENT);
        equal(message.fields['own'], 'field');
        equal(consumerIn(recorded).spanContext().traceId, TRACE);
      }),
  },
  {
    name: 'a message that is sent on with the fields it came with carries the context of the second producer',
    run: (open) =>
      withQueue(open, async (queue, recorded) => {
        let isFirst = true;
        const bodies: string[] = [];
        const done = deferred<void>();
        await using _consumer = await queue.consume(async ({ body, fields }) => {
          bodies.push(body);
          if (!isFirst) return done.resolve();
          isFirst = false;
          await queue.send('forwarded', onlyTraceFields(fields));
        });
        await inWork(() => queue.send('order 7'));
        await done.promise;
        await ended(recorded, 4);

        deepStrictEqual(bodies, ['order 7', 'forwarded']);
        const [, second] = ofKind(recorded, SpanKind.CONSUMER);
        const producers = ofKind(recorded, SpanKind.PRODUCER).map((each) => each.spanContext().spanId);
        equal(producers.length, 2);
        const parent = second?.parentSpanContext?.spanId ?? second?.links[0]?.context.spanId;
        ok(producers.includes(parent ?? ''), 'the second consumer belongs to a producer of ours');
      }),
  },
  ...Object.entries(POISON).map(([what, fields]): QueueCase => ({
    name: `${what} in place of a context harms neither its message nor those around it`,
    run: (open) =>
      withQueue(open, async (queue, recorded) => {
        const bodies: string[] = [];
        const done = deferred<void>();
        await using _consumer = await queue.consume(({ body }) => {
          bodies.push(body);
          if (body === 'last') done.resolve();
          return Promise.resolve();
        });
        await queue.send('first');
        const isSent = await queue.sendRaw('poison', fields);
        await queue.send('last');
        await done.promise;
        await ended(recorded, bodies.length + 2);

        deepStrictEqual(bodies, isSent ? ['first', 'poison', 'last'] : ['first', 'last']);
        equal(ofKind(recorded, SpanKind.CONSUMER).length, bodies.length);
      }),
  })),
  {
    name: 'large baggage keeps no message from arriving in its trace',
    run: (open) =>
      withQueue(open, async (queue, recorded) => {
        const entries = Array.from({ length: 60 }, (_, n): [string, { value: string }] => [
          `k${n}`,
          { value: 'x'.repeat(120) },
        ]);
        const baggage = propagation.createBaggage(Object.fromEntries(entries));

        await context.with(propagation.setBaggage(context.active(), baggage), () =>
          sendAndConsume(queue, 'order 7', { recorded }),
        );

        const { producer, consumer } = pairOf(recorded);
        equal(consumer.spanContext().traceId, producer.spanContext().traceId);
      }),
  },
  {
    name: 'a handler that rejects makes its span an error with a type',
    run: (open) =>
      withQueue(open, async (queue, recorded) => {
        let attempts = 0;
        const done = deferred<void>();
        await using _consumer = await queue.consume(() => {
          attempts++;
          if (attempts > 1 || !queue.redelivers) done.resolve();
          return attempts === 1 ? Promise.reject(new RangeError('no stock')) : Promise.resolve();
        });
        await queue.send('order 7');
        await done.promise;
        await ended(recorded, queue.redelivers ? 3 : 2);

        const [first, second] = ofKind(recorded, SpanKind.CONSUMER);
        equal(first?.status.code, SpanStatusCode.ERROR);
        equal(first?.attributes['error.type'], 'RangeError');
        if (!queue.redelivers) return;
        equal(second?.status.code, SpanStatusCode.UNSET);
        equal(second?.attributes['clew.messaging.redelivered'], true);
      }),
  },
  {
    name: 'the messages of one call each carry a context',
    run: (open) =>
      withQueue(open, async (queue, recorded) => {
        if (queue.sendBatch === undefined) return;
        const bodies: string[] = [];
        const done = deferred<void>();
        await using _consumer = await queue.consume(({ body }) => {
          if (bodies.push(body) === 3) done.resolve();
          return Promise.resolve();
        });
        await inWork(() => queue.sendBatch?.(['a', 'b', 'c']) ?? Promise.resolve());
        await done.promise;
        await ended(recorded, 4);

        deepStrictEqual(bodies.toSorted(), ['a', 'b', 'c']);
        const producers = new Set(ofKind(recorded, SpanKind.PRODUCER).map((each) => each.spanContext().spanId));
        for (const { links } of ofKind(recorded, SpanKind.CONSUMER)) {
          ok(
            links.some((link) => producers.has(link.context.spanId)),
            'each consumer is linked to a producer',
          );
        }
      }),
  },
  {
    name: 'without an SDK a message arrives as it was sent',
    async run(open) {
      await using queue = await open();
      const message = await sendAndConsume(queue, 'order 7', { fields: { own: 'field' }, handler: echo });

      equal(message.body, 'order 7');
      deepStrictEqual(onlyTraceFields(message.fields), {});
      equal(message.fields['own'], 'field');
    },
  },
];

async function withQueue(
  open: () => Promise<QueueUnderTest>,
  run: (queue: QueueUnderTest, recorded: RecordedSpans) => Promise<void>,
): Promise<void> {
  using recorded = recordSpans();
  await using queue = await open();
  recorded.clear();
  await run(queue, recorded);
}

/** Sends one message from within a span and with baggage, and returns what its handler did. */
async function sendAndConsume<Result>(
  queue: QueueUnderTest,
  body: string,
  { handler, fields, recorded }: SendAndConsume<Result> = {},
): Promise<Result> {
  const handled = deferred<Result>();
  await using _consumer = await queue.consume(async (message) => {
    const result = handler?.(message) ?? Promise.resolve(undefined as Result);
    await result.then(handled.resolve, handled.reject);
  });
  await inWork(() => queue.send(body, fields));
  const result = await handled.promise;
  if (recorded !== undefined) await ended(recorded, 2);
  return result;
}

interface SendAndConsume<Result> {
  handler?(message: ConsumedMessage): Promise<Result>;
  readonly fields?: Readonly<Record<string, string>>;
  /** Where the spans of both are waited for. */
  readonly recorded?: RecordedSpans;
}

/** Some span of the application, with baggage around it. */
function inWork(work: () => Promise<void>): Promise<void> {
  const baggage = propagation.getActiveBaggage() ?? propagation.createBaggage({ tenant: { value: 't1' } });
  const around = propagation.setBaggage(context.active(), baggage);
  return context.with(around, () =>
    trace.getTracer('work').startActiveSpan('work', (span: Span) => work().finally(() => span.end())),
  );
}

/** Spans of messages end a moment after their handlers have; what is missing in the end, the case misses. */
async function ended(recorded: RecordedSpans, count: number): Promise<void> {
  const messages = () => recorded.spans.filter(({ kind }) => kind !== SpanKind.INTERNAL).length;
  for (let n = 0; messages() < count && n < 400; n++) await setTimeout(5);
}

function pairOf(recorded: RecordedSpans): { producer: ReadableSpan; consumer: ReadableSpan } {
  const [producer, ...producers] = ofKind(recorded, SpanKind.PRODUCER);
  ok(producer !== undefined && producers.length === 0, `one producer span, not ${namesIn(recorded)}`);
  return { producer, consumer: consumerIn(recorded) };
}

function consumerIn(recorded: RecordedSpans): ReadableSpan {
  const [consumer, ...consumers] = ofKind(recorded, SpanKind.CONSUMER);
  ok(consumer !== undefined && consumers.length === 0, `one consumer span, not ${namesIn(recorded)}`);
  return consumer;
}

function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Value>((onResolved, onRejected) => {
    resolve = onResolved;
    reject = onRejected;
  });
  return { promise, resolve, reject };
}

const echo = (message: ConsumedMessage) => Promise.resolve(message);

const namesIn = ({ spans }: RecordedSpans) => spans.map(({ name, kind }) => `${SpanKind[kind]} ${name}`).join(', ');

/** Spans of a kind in the order of their start. */
function ofKind({ spans }: RecordedSpans, kind: SpanKind): ReadableSpan[] {
  const nanos = ({ startTime: [seconds, rest] }: ReadableSpan) => seconds * 1e9 + rest;
  return spans.filter((each) => each.kind === kind).toSorted((a, b) => nanos(a) - nanos(b));
}

function onlyTraceFields(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => /^(?:traceparent|tracestate|baggage)$/.test(name)),
  );
}
