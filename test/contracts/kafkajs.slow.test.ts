import { inMessage, tracedConsumer, tracedProducer, type TracedConsumerOptions } from '@clew/queues/kafkajs';
import { span } from '@clew/spans';
import { recordSpans, type RecordedSpans } from '@clew/testing';
import { queueCases, type QueueUnderTest } from '@clew/testing/queues';
import { propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  Kafka,
  logLevel,
  type Consumer,
  type ConsumerRunConfig,
  type EachMessagePayload,
  type KafkaMessage,
  type Message,
  type Producer,
} from 'kafkajs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startKafka } from '../services/kafka.ts';
import type { Service } from '../services/service.ts';
import { handledOnce } from './handled-once.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SENDER = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${SENDER}-01`;
const CLIENT = { clientId: 'shop' };

describeWith(['KAFKA'], 'kafkajs', () => {
  let service: Service;
  let kafka: Kafka;
  let plain: Producer;
  let producer: Producer;
  let topic = '';
  let count = 0;

  beforeAll(async () => {
    process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
    service = await startKafka();
    // One that fails is given its message again after a moment, not after seconds.
    const retry = { initialRetryTime: 50, maxRetryTime: 100, retries: 20 };
    kafka = new Kafka({ ...CLIENT, brokers: [new URL(service.url).host], logLevel: logLevel.NOTHING, retry });
    plain = kafka.producer();
    producer = tracedProducer(kafka.producer(), CLIENT);
    await plain.connect();
    await producer.connect();
  });
  afterAll(async () => {
    await producer.disconnect();
    await plain.disconnect();
    await service[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    topic = `orders-${process.pid}-${count++}`;
    await createTopics(topic);
  });

  async function createTopics(...topics: string[]): Promise<void> {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: topics.map((name) => ({ topic: name, numPartitions: 1 })) });
    await admin.disconnect();
  }

  /** Runs a traced consumer of the topic, until it is disposed. */
  async function running(config: ConsumerRunConfig, options: TracedConsumerOptions & { topics?: string[] } = {}) {
    const groupId = `mail-${topic}`;
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50, retry: { initialRetryTime: 50, retries: 20 } });
    tracedConsumer(consumer, { ...CLIENT, groupId, ...options });
    await consumer.connect();
    await consumer.subscribe({ topics: options.topics ?? [topic], fromBeginning: true });
    await consumer.run(config);
    return Object.assign(consumer, { [Symbol.asyncDispose]: () => consumer.disconnect() });
  }

  /** Sends by the traced producer, or another; returns what arrives, by a consumer that is not traced. */
  async function sent(messages: Message[], by = producer): Promise<KafkaMessage[]> {
    const consumer = kafka.consumer({ groupId: `plain-${topic}`, maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await by.send({ topic, messages });
    const arrived: KafkaMessage[] = [];
    const all = handledOnce();
    await consumer.run({
      async eachMessage({ message }) {
        if (arrived.push(message) === messages.length) all.done();
      },
    });
    await all.promise;
    await consumer.disconnect();
    return arrived;
  }

  describe('the conformance suite', () => {
    test.each(queueCases)('$name', async ({ run }) => {
      await expect(run(openQueue)).resolves.toBeUndefined();
    });

    async function openQueue(): Promise<QueueUnderTest> {
      return {
        system: 'kafka',
        destination: topic,
        redelivers: false, // a RangeError, as any mistake of a program, stops the consumer
        async send(body, headers) {
          await producer.send({ topic, messages: [{ value: body, ...(headers !== undefined && { headers }) }] });
        },
        async sendBatch(bodies) {
          await producer.send({ topic, messages: bodies.map((value) => ({ value })) });
        },
        async sendRaw(body, headers) {
          const messages = [{ value: body, headers: headers as Message['headers'] }] as Message[];
          return plain.send({ topic, messages }).then(
            () => true,
            () => false,
          );
        },
        consume: (handler) =>
          running({
            eachMessage: ({ message }) => handler({ body: String(message.value), fields: textOf(message.headers) }),
          }),
        async [Symbol.asyncDispose]() {},
      };
    }
  });

  describe('eachMessage', () => {
    test('has the attributes of its message, and of what the consumer was told', async () => {
      using recorded = recordSpans();
      const handled = handledOnce<EachMessagePayload>();
      await producer.send({ topic, messages: [{ key: 'customer 7', value: '7' }] });
      await using _consumer = await running({ eachMessage: async (payload) => handled.done(payload) });
      await handled.promise;
      await untilEnded(recorded, 2);

      const common = {
        'messaging.system': 'kafka',
        'messaging.destination.name': topic,
        'messaging.client.id': 'shop',
      };
      expect(recorded.tree()).toBe(`send ${topic}\n  process ${topic}`);
      expect(recorded.named(`send ${topic}`).attributes).toEqual({
        ...common,
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.kafka.message.key': 'customer 7',
      });
      expect(recorded.named(`process ${topic}`).attributes).toEqual({
        ...common,
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.consumer.group.name': `mail-${topic}`,
        'messaging.destination.partition.id': '0',
        'messaging.kafka.offset': 0,
        'messaging.kafka.message.key': 'customer 7',
        'clew.messaging.time_in_queue': expect.any(Number) as number,
      });
    });

    test('of a message that came again tells how often it came', async () => {
      using recorded = recordSpans();
      let attempts = 0;
      const done = handledOnce();
      await producer.send({ topic, messages: [{ value: '7' }] });
      await using _consumer = await running({
        async eachMessage() {
          attempts++;
          if (attempts < 3) throw new OutOfStockError('no stock');
          done.done();
        },
      });
      await done.promise;
      await untilEnded(recorded, 4);

      const consumers = recorded.spans.filter(({ kind }) => kind === SpanKind.CONSUMER);
      expect(consumers.map(({ attributes }) => attributes['clew.messaging.attempt'])).toEqual([undefined, 2, 3]);
      expect(consumers.map(({ status }) => status.code)).toEqual([2, 2, 0]);
    });

    test('is a root with a link where `relation` says so', async () => {
      using recorded = recordSpans();
      await producer.send({ topic, messages: [{ value: '7' }] });
      await using _consumer = await running({ eachMessage: async () => {} }, { relation: 'link' });
      await untilEnded(recorded, 2);

      const consumer = recorded.named(`process ${topic}`);
      expect(consumer.parentSpanContext).toBeUndefined();
      expect(consumer.links).toHaveLength(1);
    });

    test('is called with the `this` and the payload that the client gives', async () => {
      using _recorded = recordSpans();
      const called = handledOnce<unknown[]>();
      await producer.send({ topic, messages: [{ value: '7' }] });
      await using _consumer = await running({
        eachMessage: async function (this: { constructor: { name: string } }, ...args: unknown[]) {
          called.done([this.constructor.name, args.length, Object.keys(args[0] as object).toSorted()]);
        },
      });

      expect(await called.promise).toEqual(['Runner', 1, ['heartbeat', 'message', 'partition', 'pause', 'topic']]);
    });
  });

  describe('eachBatch', () => {
    test('is a span with a link to each sender, and each message has its span and baggage in `inMessage`', async () => {
      using recorded = recordSpans();
      const seen: unknown[] = [];
      const done = handledOnce();
      const headers = (tenant: string) => ({ traceparent: TRACEPARENT, baggage: `tenant=${tenant}` });
      await plain.send({
        topic,
        messages: [
          { value: 'a', headers: headers('t1') },
          { value: 'b', headers: headers('t2') },
        ],
      });
      await using _consumer = await running({
        async eachBatch({ batch }) {
          for (const message of batch.messages) {
            await inMessage(message, async () => {
              await Promise.resolve();
              seen.push([String(message.value), tenant(), trace.getActiveSpan()?.spanContext().spanId]);
            });
          }
          seen.push(tenant());
          if (batch.lastOffset() === '1') done.done();
        },
      });
      await done.promise;
      await untilEnded(recorded, 3);

      const [a, b, batch] = recorded.spans;
      expect(seen).toEqual([['a', 't1', a?.spanContext().spanId], ['b', 't2', b?.spanContext().spanId], undefined]);
      expect(recorded.tree()).toBe([`process ${topic}`, `  process ${topic}`, `  process ${topic}`].join('\n'));
      expect(batch?.links.map(({ context }) => context.spanId)).toEqual([SENDER, SENDER]);
      expect(batch?.attributes['messaging.batch.message_count']).toBe(2);
      expect(a?.links.map(({ context }) => context.spanId)).toEqual([SENDER]);
      expect(a?.attributes['messaging.kafka.offset']).toBe(0);
    });

    test('that rejects has failed', async () => {
      using recorded = recordSpans();
      let attempts = 0;
      await producer.send({ topic, messages: [{ value: '7' }] });
      await using _consumer = await running({
        async eachBatch() {
          attempts++;
          if (attempts === 1) throw new OutOfStockError('no stock');
        },
      });
      await untilEnded(recorded, 3);

      expect(recorded.spans[1]?.attributes['error.type']).toBe('OutOfStockError');
      expect(recorded.spans[2]?.status.code).toBe(SpanStatusCode.UNSET);
    });

    test('`inMessage` outside of a batch only calls the handler', () => {
      using recorded = recordSpans();

      expect(inMessage({}, () => 7)).toBe(7);
      expect(recorded.spans).toEqual([]);
    });
  });

  describe('send', () => {
    test('of several messages is one span, whose context each of them has', async () => {
      using recorded = recordSpans();

      const arrived = await span('order.place', () => sent([{ value: 'a' }, { value: 'b' }]));

      const { traceId, spanId } = recorded.named(`send ${topic}`).spanContext();
      expect(recorded.tree()).toBe(`order.place\n  send ${topic}`);
      expect(recorded.named(`send ${topic}`).attributes['messaging.batch.message_count']).toBe(2);
      expect(arrived.map(({ headers }) => textOf(headers))).toEqual([
        { traceparent: `00-${traceId}-${spanId}-01` },
        { traceparent: `00-${traceId}-${spanId}-01` },
      ]);
    });

    test('changes no object of the application, and none of them may be one that can be changed', async () => {
      using _recorded = recordSpans();
      const headers = Object.freeze({ id: '7', list: ['a', 'b'] });
      const messages = [Object.freeze({ value: 'a', headers })];

      const [arrived] = await sent(Object.freeze(messages) as unknown as Message[]);

      expect(headers).toEqual({ id: '7', list: ['a', 'b'] });
      expect(Object.keys(arrived?.headers ?? {})).toEqual(['id', 'list', 'traceparent']);
      expect(String(arrived?.headers?.['list'])).toBe('a,b');
    });

    test('sends messages of a class as they are sent without us', async () => {
      using _recorded = recordSpans();
      class Order {
        readonly #id = 'customer 7';
        readonly value = '7';
        readonly headers = { id: '7' };
        get key() {
          return this.#id; // by which the client finds the partition, and which it does not send
        }
      }

      const [ours] = await sent([new Order()]);
      const [bare] = await sent([new Order()], plain);

      expect(String(ours?.value)).toBe('7');
      expect([ours?.key, ours?.value]).toEqual([bare?.key, bare?.value]);
      expect(Object.keys(ours?.headers ?? {})).toEqual(['id', 'traceparent']);
      expect(Object.keys(bare?.headers ?? {})).toEqual(['id']);
    });

    test('keeps a valid context, and links it', async () => {
      using recorded = recordSpans();

      const [arrived] = await sent([{ value: 'a', headers: { traceparent: TRACEPARENT } }]);

      expect(textOf(arrived?.headers)).toEqual({ traceparent: TRACEPARENT });
      const producerSpan = recorded.named(`send ${topic}`);
      expect(producerSpan.kind).toBe(SpanKind.CLIENT);
      expect(producerSpan.links.map(({ context }) => context.spanId)).toEqual([SENDER]);
    });

    test.each<[string, unknown]>([
      ['nothing', undefined],
      ['no messages', { topic: 'x' }],
      ['messages that are none', { topic: 'x', messages: [null] }],
      ['a message without value', { topic: 'x', messages: [{}] }],
      ['headers that are none', { topic: 'x', messages: [{ value: 'a', headers: null }] }],
      ['no topic', { messages: [{ value: 'a' }] }],
    ])('of %s fails as without us', async (_, record) => {
      using _recorded = recordSpans();
      const error = (failed: unknown) => (failed as Error).message;

      const expected = await plain.send(record as never).then(() => 'sent', error);

      expect(await producer.send(record as never).then(() => 'sent', error)).toBe(expected);
    });
  });

  test('sendBatch is a span for each topic', async () => {
    using recorded = recordSpans();
    const other = `${topic}-other`;
    await createTopics(other);
    const arrived: [string, string | undefined][] = [];
    const all = handledOnce();
    const batch = Object.freeze({
      topicMessages: [
        { topic, messages: [{ value: 'a' }, { value: 'b' }] },
        { topic: other, messages: [{ value: 'c' }] },
      ],
    });

    await span('order.place', () => producer.sendBatch(batch));
    const before = recorded.tree();
    await using _consumer = await running(
      {
        async eachMessage({ topic: from, message }) {
          arrived.push([from, textOf(message.headers)['traceparent']?.split('-')[2]]);
          if (arrived.length === 3) all.done();
        },
      },
      { topics: [topic, other] },
    );
    await all.promise;

    expect(before).toBe(`order.place\n  send ${topic}\n  send ${other}`);
    const idOf = (name: string) => recorded.named(`send ${name}`).spanContext().spanId;
    expect(arrived.toSorted(([a], [b]) => a.localeCompare(b))).toEqual([
      [topic, idOf(topic)],
      [topic, idOf(topic)],
      [other, idOf(other)],
    ]);
  });

  test('what is sent in a transaction carries a context, and only what is committed arrives', async () => {
    using recorded = recordSpans();
    const transactional = tracedProducer(
      kafka.producer({ transactionalId: `tx-${topic}`, maxInFlightRequests: 1, idempotent: true }),
    );
    await transactional.connect();
    const arrived: string[] = [];
    const done = handledOnce();

    const aborted = await transactional.transaction();
    await aborted.send({ topic, messages: [{ value: 'aborted' }] });
    await aborted.abort();
    const committed = await transactional.transaction();
    await committed.send({ topic, messages: [{ value: 'committed' }] });
    await committed.sendBatch({ topicMessages: [{ topic, messages: [{ value: 'last' }] }] });
    await committed.commit();
    await using _consumer = await running({
      async eachMessage({ message }) {
        arrived.push(String(message.value));
        if (arrived.length === 2) done.done();
      },
    });
    await done.promise;
    await untilEnded(recorded, 5);
    await transactional.disconnect();

    expect(arrived).toEqual(['committed', 'last']);
    const line = [`send ${topic}`, `send ${topic}`, `  process ${topic}`, `send ${topic}`, `  process ${topic}`];
    expect(recorded.tree()).toBe(line.join('\n'));
  });

  test('commitOffsets is a span where `settleSpans` says so', async () => {
    using recorded = recordSpans();
    const done = handledOnce();
    await producer.send({ topic, messages: [{ value: '7' }] });
    let consumer: Consumer | undefined;
    await using _consumer = (consumer = await running(
      {
        autoCommit: false,
        async eachMessage({ partition }) {
          await consumer?.commitOffsets([{ topic, partition, offset: '1' }]);
          done.done();
        },
      },
      { settleSpans: true },
    )) as Consumer & AsyncDisposable;
    await done.promise;
    await untilEnded(recorded, 3);

    expect(recorded.tree()).toBe(`send ${topic}\n  process ${topic}\n    commit ${topic}`);
  });

  test('a configuration that fails when it is read fails as it does without us', async () => {
    const failing = Object.defineProperty({}, 'eachMessage', {
      get: () => {
        throw new RangeError('configuration');
      },
    });
    const consumer = tracedConsumer(kafka.consumer({ groupId: 'failing' }));

    const running = consumer.run(failing);

    await expect(running).rejects.toThrow(RangeError);
  });

  test('traced clients look as before', () => {
    const own = [kafka.producer(), kafka.consumer({ groupId: 'mail' })] as const;
    const traced = [tracedProducer(kafka.producer()), tracedConsumer(kafka.consumer({ groupId: 'mail' }))] as const;
    const look = (client: object) =>
      Object.entries(client).map(([name, value]) => [
        name,
        typeof value,
        ...(typeof value === 'function' ? [value.name, value.length] : []),
      ]);

    expect(traced.map(look)).toEqual(own.map(look));
    const { send } = traced[0];
    expect(tracedProducer(traced[0]).send).toBe(send);
  });
});

class OutOfStockError extends Error {}

const tenant = () => propagation.getActiveBaggage()?.getEntry('tenant')?.value;

function textOf(headers: KafkaMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
}

/** Waits until so many spans have ended. */
async function untilEnded(recorded: RecordedSpans, count: number): Promise<void> {
  await vi.waitFor(() => expect(recorded.spans.length).toBeGreaterThanOrEqual(count), { timeout: 10_000 });
}
