// oxlint-disable typescript/no-misused-promises -- handlers that return promises are what is tested
import { once } from 'node:events';

import { tracedChannel, type TracedChannelOptions } from '@clew/queues/amqplib';
import { span } from '@clew/spans';
import { recordSpans, type RecordedSpans } from '@clew/testing';
import { queueCases, type QueueUnderTest } from '@clew/testing/queues';
import { propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Connection } from 'amqplib/callback_api';
import amqplib, { type Channel, type ChannelModel, type ConsumeMessage, type Options } from 'amqplib';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startRabbitmq } from '../services/rabbitmq.ts';
import type { Service } from '../services/service.ts';
import { handledOnce } from './handled-once.ts';
import { POISON_HEADERS } from './poison-headers.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SENDER = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${SENDER}-01`;

describeWith(['RABBITMQ'], 'amqplib', () => {
  let service: Service;
  let connection: ChannelModel;
  let queue = '';
  let count = 0;

  beforeAll(async () => {
    service = await startRabbitmq();
    connection = await amqplib.connect(service.url);
  });
  afterAll(async () => {
    await connection.close();
    await service[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    queue = `orders-${process.pid}-${count++}`;
  });

  /** A channel of the test's queue. */
  async function open(options?: TracedChannelOptions): Promise<Channel> {
    const channel = await connection.createChannel();
    await channel.assertQueue(queue, { autoDelete: true });
    return tracedChannel(channel, options);
  }

  async function openConfirm() {
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(queue, { autoDelete: true });
    return tracedChannel(channel);
  }

  describe('the conformance suite', () => {
    // amqplib takes no notice of a handler's promise: what an application does with a rejection is tested below.
    test.each(queueCases.filter(({ name }) => !name.startsWith('a handler that rejects')))('$name', async ({ run }) => {
      await expect(run(openQueue)).resolves.toBeUndefined();
    });

    async function openQueue(): Promise<QueueUnderTest> {
      const plain = await connection.createChannel();
      const channel = await open();
      return {
        system: 'rabbitmq',
        destination: queue,
        redelivers: false,
        async send(body, headers) {
          channel.sendToQueue(queue, Buffer.from(body), { headers });
        },
        async sendRaw(body, headers) {
          plain.sendToQueue(queue, Buffer.from(body), { headers });
          await plain.checkQueue(queue);
          return true;
        },
        async consume(handler) {
          const { consumerTag } = await channel.consume(queue, async (message) => {
            await handler({ body: message!.content.toString(), fields: textOf(message!.properties.headers ?? {}) });
            channel.ack(message!);
          });
          return { [Symbol.asyncDispose]: async () => void (await channel.cancel(consumerTag)) };
        },
        async [Symbol.asyncDispose]() {
          await channel.deleteQueue(queue);
          await channel.close();
          await plain.close();
        },
      };
    }
  });

  describe('a message', () => {
    test('is a producer span and a consumer span below it, whose context is active in the handler', async () => {
      using recorded = recordSpans();
      const channel = await open();
      let inHandler: unknown;
      const handled = handledOnce();

      span('order.place', () => channel.sendToQueue(queue, Buffer.from('7'), { messageId: 'm7', correlationId: 'c7' }));
      await channel.consume(queue, async (message) => {
        await Promise.resolve();
        inHandler = trace.getActiveSpan()?.spanContext();
        channel.ack(message!);
        handled.done();
      });
      await handled.promise;
      await untilEnded(recorded, 3);
      await channel.close();

      expect(recorded.tree()).toBe(`order.place\n  publish ${queue}\n    process ${queue}`);
      const [producer, consumer] = [recorded.named(`publish ${queue}`), recorded.named(`process ${queue}`)];
      expect(inHandler).toEqual(consumer.spanContext());
      expect([producer.kind, consumer.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
      expect(consumer.links.map(({ context }) => context.spanId)).toEqual([producer.spanContext().spanId]);
      const port = Number(new URL(service.url).port);
      const common = {
        'messaging.system': 'rabbitmq',
        'messaging.destination.name': queue,
        'messaging.rabbitmq.destination.routing_key': queue,
        'messaging.message.id': 'm7',
        'messaging.message.conversation_id': 'c7',
        'server.address': '127.0.0.1',
        'server.port': port,
      };
      expect(producer.attributes).toEqual({
        ...common,
        'messaging.operation.name': 'publish',
        'messaging.operation.type': 'send',
      });
      expect(consumer.attributes).toEqual({
        ...common,
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.rabbitmq.message.delivery_tag': 1,
      });
    });

    test('carries its baggage into the handler', async () => {
      using _recorded = recordSpans();
      const channel = await open();
      const handled = handledOnce<string | undefined>();
      await channel.consume(queue, () => handled.done(propagation.getActiveBaggage()?.getEntry('tenant')?.value), {
        noAck: true,
      });

      publishWith(channel, { headers: { traceparent: TRACEPARENT, baggage: 'tenant=t1' } });

      expect(await handled.promise).toBe('t1');
      await channel.close();
    });

    function publishWith(channel: Channel, options: Options.Publish): void {
      channel.sendToQueue(queue, Buffer.from('x'), options);
    }

    test('of the callback API is traced as one of the promises', async () => {
      using recorded = recordSpans();
      const { connect } = await import('amqplib/callback_api');
      const client = await new Promise<Connection>((resolve, reject) => {
        connect(service.url, (error, opened) => (error ? reject(error) : resolve(opened)));
      });
      const handled = handledOnce();
      client.createChannel((_error, plain) => {
        const channel = tracedChannel(plain);
        channel.assertQueue(queue, { autoDelete: true }, () => {
          const returned = channel.consume(
            queue,
            (message) => {
              channel.ack(message!);
              channel.close(() => handled.done());
            },
            {},
            () => channel.sendToQueue(queue, Buffer.from('7')),
          );
          expect(returned).toBe(channel);
        });
      });
      await handled.promise;
      client.close();

      expect(recorded.tree()).toBe(`publish ${queue}\n  process ${queue}`);
    });

    test('that waited tells how long, and how it came', async () => {
      using recorded = recordSpans();
      const channel = await open();
      const dead = `${queue}-dead`;
      await channel.assertQueue(dead, { autoDelete: true });
      const failing = `${queue}-failing`;
      await channel.assertQueue(failing, { autoDelete: true, deadLetterExchange: '', deadLetterRoutingKey: dead });
      const handled = handledOnce();
      const sentAt = Math.floor(Date.now() / 1000) - 60;

      await channel.consume(failing, (message) => channel.nack(message!, false, !message!.fields.redelivered));
      await channel.consume(dead, (message) => {
        channel.ack(message!);
        handled.done();
      });
      channel.sendToQueue(failing, Buffer.from('7'), { timestamp: sentAt });
      await handled.promise;
      await untilEnded(recorded, 4);
      await channel.close();

      const [, first, second, last] = recorded.spans;
      expect([first?.name, second?.name, last?.name]).toEqual([
        `process ${failing}`,
        `process ${failing}`,
        `process ${dead}`,
      ]);
      expect([first, second].map((each) => each?.status)).toEqual([
        { code: SpanStatusCode.ERROR, message: 'nack called on the message' },
        { code: SpanStatusCode.ERROR, message: 'nack called on the message' },
      ]);
      expect(first?.attributes).toMatchObject({ 'error.type': 'nack' });
      expect(first?.attributes['clew.messaging.time_in_queue']).toBeGreaterThan(58);
      expect(first?.attributes['clew.messaging.redelivered']).toBeUndefined();
      expect(second?.attributes['clew.messaging.redelivered']).toBe(true);
      expect(last?.attributes['clew.messaging.dead_letter_reason']).toBe('rejected');
      expect(last?.parentSpanContext).toBeUndefined();
      expect(last?.links).toHaveLength(1);
    });
  });

  test('a message that the plugin for delays held back tells its delay, which is no time in the queue', async () => {
    using recorded = recordSpans();
    const channel = await open();
    const timestamp = Math.floor(Date.now() / 1000) - 60;
    await channel.consume(queue, (message) => channel.ack(message!));

    channel.sendToQueue(queue, Buffer.from('7'), { timestamp, headers: { 'x-delay': -50_000 } });
    await untilEnded(recorded, 2);
    await channel.close();

    const { attributes } = recorded.named(`process ${queue}`);
    expect(attributes['clew.messaging.delay']).toBe(50);
    expect(attributes['clew.messaging.time_in_queue']).toBeGreaterThan(8);
    expect(attributes['clew.messaging.time_in_queue']).toBeLessThan(50);
  });

  describe('a handler', () => {
    /** Handles one message in a traced channel and returns its span. */
    async function handle(
      handler: (message: ConsumeMessage, channel: Channel) => unknown,
      { noAck = false, ...options }: TracedChannelOptions & { noAck?: boolean } = {},
    ) {
      using recorded = recordSpans();
      const channel = await open(options);
      await channel.consume(queue, (message) => message && handler(message, channel), { noAck });
      channel.sendToQueue(queue, Buffer.from('7'));
      await untilEnded(recorded, 2);
      await channel.close();
      return recorded.named(`process ${queue}`);
    }

    test('has its span until its promise settles, where it acknowledged before', async () => {
      using recorded = recordSpans();
      const channel = await open();
      const [acked, released] = [handledOnce(), handledOnce()];
      await channel.consume(queue, async (message) => {
        channel.ack(message!);
        acked.done();
        await released.promise;
      });

      channel.sendToQueue(queue, Buffer.from('7'));
      await acked.promise;
      await channel.checkQueue(queue);
      const before = recorded.spans.map(({ name }) => name);
      released.done();
      await untilEnded(recorded, 2);
      await channel.close();

      expect(before).toEqual([`publish ${queue}`]);
      expect(recorded.named(`process ${queue}`).status.code).toBe(SpanStatusCode.UNSET);
    });

    test('has its span until the message is acknowledged, where it ended before', async () => {
      using recorded = recordSpans();
      const channel = await open();
      const handled = handledOnce<ConsumeMessage>();
      await channel.consume(queue, async (message) => handled.done(message!));

      channel.sendToQueue(queue, Buffer.from('7'));
      const message = await handled.promise;
      await channel.checkQueue(queue);
      const before = recorded.spans.map(({ name }) => name);
      channel.ack(message);
      const after = recorded.spans.map(({ name }) => name);
      await channel.close();

      expect(before).toEqual([`publish ${queue}`]);
      expect(after).toEqual([`publish ${queue}`, `process ${queue}`]);
    });

    test.each<[string, (channel: Channel, messages: readonly ConsumeMessage[]) => void, number]>([
      ['ackAll', (channel) => channel.ackAll(), SpanStatusCode.UNSET],
      ['ack of all up to the last', (channel, messages) => channel.ack(messages[2]!, true), SpanStatusCode.UNSET],
      ['nackAll', (channel) => channel.nackAll(false), SpanStatusCode.ERROR],
      ['nack of all', (channel, messages) => channel.nack(messages[2]!, true, false), SpanStatusCode.ERROR],
      ['reject', (channel, all) => all.forEach((each) => channel.reject(each, false)), SpanStatusCode.ERROR],
    ])('of several messages: %s ends the spans of all of them', async (_, settle, status) => {
      using recorded = recordSpans();
      const channel = await open();
      const messages: ConsumeMessage[] = [];
      const all = handledOnce();
      await channel.consume(queue, (message) => {
        if (messages.push(message!) === 3) all.done();
      });

      for (const text of ['a', 'b', 'c']) channel.sendToQueue(queue, Buffer.from(text));
      await all.promise;
      const before = recorded.spans.length;
      settle(channel, messages);
      const consumers = recorded.spans.filter(({ kind }) => kind === SpanKind.CONSUMER);
      await channel.close();

      expect(before).toBe(3);
      expect(consumers.map((each) => each.status.code)).toEqual([status, status, status]);
    });

    test('whose channel ends has failed with it', async () => {
      using recorded = recordSpans();
      const channel = await open();
      const closed = once(channel, 'close');
      await channel.consume(queue, () => void channel.close());

      channel.sendToQueue(queue, Buffer.from('7'));
      await closed;

      const consumer = recorded.named(`process ${queue}`);
      expect(consumer.status).toEqual({
        code: SpanStatusCode.ERROR,
        message: 'the channel closed before the message was settled',
      });
      expect(consumer.attributes['error.type']).toBe('channel_closed');
    });

    test('that forgets to acknowledge has failed after a time', async () => {
      const consumer = await handle(() => {}, { maxSettleMillis: 20 });

      expect(consumer.attributes['error.type']).toBe('timeout');
    });

    test('without acknowledgement has its span until its promise settles', async () => {
      using recorded = recordSpans();
      const channel = await open();
      const [begun, released] = [handledOnce(), handledOnce()];
      await channel.consume(
        queue,
        async () => {
          begun.done();
          await released.promise;
        },
        { noAck: true },
      );

      channel.sendToQueue(queue, Buffer.from('7'));
      await begun.promise;
      const before = recorded.spans.map(({ name }) => name);
      released.done();
      await untilEnded(recorded, 2);
      await channel.close();

      expect(before).toEqual([`publish ${queue}`]);
      expect(recorded.named(`process ${queue}`).status.code).toBe(SpanStatusCode.UNSET);
    });

    test('that throws has failed, and the client does with the error what it does without us', async () => {
      using recorded = recordSpans();
      const channel = await open();
      const thrown = new RangeError('no stock');
      const closed = once(channel, 'error');
      await channel.consume(queue, () => {
        throw thrown;
      });

      channel.sendToQueue(queue, Buffer.from('7'));
      const [error] = (await closed) as [unknown];

      expect(error).toBe(thrown);
      const consumer = recorded.named(`process ${queue}`);
      expect(consumer.attributes['error.type']).toBe('RangeError');
      expect(consumer.events.map(({ attributes }) => attributes?.['exception.message'])).toEqual(['no stock']);
    });

    test('that rejects after a nack has failed with its error', async () => {
      using recorded = recordSpans();
      const rejected = once(process, 'unhandledRejection');
      const listeners = process.rawListeners('unhandledRejection').slice(0, -1);
      for (const each of listeners) process.off('unhandledRejection', each as () => void);
      const channel = await open();
      await channel.consume(queue, async (message) => {
        channel.nack(message!, false, false);
        throw new RangeError('no stock');
      });

      channel.sendToQueue(queue, Buffer.from('7'));
      const [reason] = (await rejected) as [unknown];
      for (const each of listeners) process.on('unhandledRejection', each as () => void);
      await channel.close();

      expect(reason).toBeInstanceOf(RangeError);
      expect(recorded.named(`process ${queue}`).attributes['error.type']).toBe('RangeError');
    });

    test('is told by null that its consumer was cancelled', async () => {
      using recorded = recordSpans();
      const channel = await open();
      const handled = handledOnce<ConsumeMessage | null>();
      await channel.consume(queue, handled.done);

      await channel.deleteQueue(queue);

      expect(await handled.promise).toBeNull();
      expect(recorded.spans).toEqual([]);
      await channel.close();
    });

    test('is a root with a link where `relation` says so', async () => {
      const consumer = await handle((message, channel) => channel.ack(message), { relation: 'link' });

      expect(consumer.parentSpanContext).toBeUndefined();
      expect(consumer.links).toHaveLength(1);
    });

    test('acknowledges in a span of its own where `settleSpans` says so', async () => {
      using recorded = recordSpans();
      const channel = await open({ settleSpans: true });
      await channel.consume(queue, (message) => channel.ack(message!));

      channel.sendToQueue(queue, Buffer.from('7'));
      await untilEnded(recorded, 3);
      await channel.close();

      expect(recorded.tree()).toBe(`publish ${queue}\n  process ${queue}\n    ack ${queue}`);
      expect(recorded.named(`ack ${queue}`)).toMatchObject({
        kind: SpanKind.CLIENT,
        attributes: { 'messaging.operation.type': 'settle' },
      });
    });
  });

  describe('the names of spans', () => {
    /** Publishes by an exchange to a bound queue and returns the names of both spans. */
    async function namesOf(exchange: string, boundTo: string, options?: TracedChannelOptions) {
      using recorded = recordSpans();
      const channel = tracedChannel(await connection.createChannel(), options);
      await channel.assertExchange(exchange, 'topic', { autoDelete: true });
      const { queue: bound } = await channel.assertQueue(boundTo, { autoDelete: true, exclusive: true });
      await channel.bindQueue(bound, exchange, '#');
      await channel.consume(bound, (message) => channel.ack(message!));
      channel.publish(exchange, 'paid.7', Buffer.from('7'));
      await untilEnded(recorded, 2);
      await channel.close();
      return recorded.spans.map(({ name, attributes }) => [name, attributes['messaging.destination.name']]);
    }

    test('are made of exchange, routing key and queue', async () => {
      expect(await namesOf(`x-${queue}`, queue)).toEqual([
        [`publish x-${queue}:paid.7`, `x-${queue}:paid.7`],
        [`process x-${queue}:paid.7:${queue}`, `x-${queue}:paid.7:${queue}`],
      ]);
    });

    test('leave out a queue whose name the broker made up', async () => {
      const [, [name, destination] = []] = await namesOf(`x-${queue}`, '');

      expect(name).toBe(`process x-${queue}:paid.7`);
      expect(destination).toMatch(/:paid\.7:amq\.gen-/);
    });

    test('are those of the `template`', async () => {
      const template = (exchange: string, key: string) => `${exchange}:${key.replace(/\d+/, '{id}')}`;

      expect((await namesOf(`x-${queue}`, queue, { template })).map(([name]) => name)).toEqual([
        `publish x-${queue}:paid.{id}`,
        `process x-${queue}:paid.{id}`,
      ]);
    });
  });

  describe('what the application gives', () => {
    /** Publishes with these options on a traced channel; returns what arrives, by a plain one. */
    async function sent(options: unknown, confirm = false) {
      const channel = confirm ? await openConfirm() : await open();
      const plain = await connection.createChannel();
      const handled = handledOnce<ConsumeMessage>();
      await plain.consume(queue, (message) => handled.done(message!), { noAck: true });
      span('order.place', () => channel.publish('', queue, Buffer.from('7'), options as Options.Publish));
      const message = await handled.promise;
      await channel.close();
      await plain.close();
      return message;
    }

    test.each([
      ['frozen', () => Object.freeze({ type: 'order', headers: Object.freeze({ id: 7 }) })],
      ['inherited', () => Object.create({ type: 'order', headers: Object.create({ id: 7 }) as object }) as object],
      [
        'of a class with getters',
        () =>
          new (class {
            get type() {
              return 'order';
            }
            get headers() {
              return { id: 7 };
            }
          })(),
      ],
    ])('options that are %s arrive as they are, with the context, and are not changed', async (_, make) => {
      using recorded = recordSpans();
      const options = make() as Options.Publish;

      const { properties } = await sent(options);

      const { traceId, spanId } = recorded.named(`publish ${queue}`).spanContext();
      expect(properties.type).toBe('order');
      expect(properties.headers).toEqual({ id: 7, traceparent: `00-${traceId}-${spanId}-01` });
      expect(Object.keys(options.headers as object).includes('traceparent')).toBe(false);
    });

    test.each([undefined, null, false, {}, { headers: null }])('no headers get them: %j', async (options) => {
      using recorded = recordSpans();

      const { properties } = await sent(options);

      const { traceId, spanId } = recorded.named(`publish ${queue}`).spanContext();
      expect(properties.headers).toEqual({ traceparent: `00-${traceId}-${spanId}-01` });
      const { attributes } = recorded.named(`publish ${queue}`);
      expect(attributes['messaging.rabbitmq.destination.routing_key']).toBe(queue);
    });

    test('a valid context stays, and is linked', async () => {
      using recorded = recordSpans();
      const headers = { traceparent: TRACEPARENT };

      const { properties } = await sent({ headers });

      expect(properties.headers).toEqual(headers);
      const producer = recorded.named(`publish ${queue}`);
      expect(producer.kind).toBe(SpanKind.CLIENT);
      expect(producer.links.map(({ context }) => context.spanId)).toEqual([SENDER]);
    });

    test('what the client refuses is refused in the same words, and the span has failed', async () => {
      using recorded = recordSpans();
      const plain = await connection.createChannel();
      const channel = await open();
      for (const options of [{ headers: 'x' }, { priority: 'high' }, { headers: { big: 'x'.repeat(70_000) } }]) {
        const publish = (on: Channel) => () => on.publish('', queue, Buffer.from('x'), options as never);
        const { message } = thrownBy(publish(plain));

        expect(thrownBy(publish(channel)).message).toBe(message);
      }
      expect(recorded.spans.map(({ status }) => status.code)).toEqual([2, 2, 2]);
      expect(thrownBy(() => channel.publish('', queue, 'text' as never)).message).toBe(
        thrownBy(() => plain.publish('', queue, 'text' as never)).message,
      );
    });

    test('headers that fill the table are sent without a context', async () => {
      using _recorded = recordSpans();

      const { properties } = await sent({ headers: { big: 'x'.repeat(65_400) } });

      expect(Object.keys(properties.headers ?? {})).toEqual(['big']);
    });

    test('a message that is sent on with its headers has the context of the span that sends it on', async () => {
      using recorded = recordSpans();
      const channel = await open();
      const next = `${queue}-next`;
      await channel.assertQueue(next, { autoDelete: true });
      await channel.consume(queue, (message) => {
        channel.sendToQueue(next, message!.content, message!.properties);
        channel.ack(message!);
      });
      await channel.consume(next, (message) => channel.ack(message!));

      channel.sendToQueue(queue, Buffer.from('7'));
      await untilEnded(recorded, 4);
      await channel.close();

      const line = [`publish ${queue}`, `process ${queue}`, `publish ${next}`, `process ${next}`];
      expect(recorded.tree()).toBe(line.map((name, depth) => '  '.repeat(depth) + name).join('\n'));
    });
  });

  test('poison is handled in its turn, once, among good messages', async () => {
    using recorded = recordSpans();
    const plain = await connection.createChannel();
    const channel = await open();
    const bodies: string[] = [];
    const done = handledOnce();

    const sent = POISON_HEADERS.flatMap((headers, index) => [
      { body: `poison ${index}`, headers },
      { body: `good ${index}`, headers: { traceparent: TRACEPARENT } },
    ]);
    for (const { body, headers } of sent) plain.sendToQueue(queue, Buffer.from(body), { headers });
    await channel.prefetch(1);
    await channel.consume(queue, (message) => {
      bodies.push(message!.content.toString());
      channel.ack(message!);
      if (bodies.length === sent.length) done.done();
    });
    await done.promise;
    await channel.close();
    await plain.close();

    expect(bodies).toEqual(sent.map(({ body }) => body));
    const parents = recorded.spans.map(({ parentSpanContext }) => parentSpanContext?.spanId === SENDER);
    expect(parents).toEqual(sent.map(({ body }) => body.startsWith('good')));
  });

  describe('a channel with confirms', () => {
    test('has the span of a message until the broker confirms it, and calls back where it was published', async () => {
      using recorded = recordSpans();
      const channel = await openConfirm();
      const handled = handledOnce<unknown[]>();

      span('order.place', () => {
        channel.sendToQueue(queue, Buffer.from('7'), {}, (...args: unknown[]) => {
          handled.done([trace.getActiveSpan()?.spanContext().traceId, ...args]);
        });
      });
      const before = recorded.spans.map(({ name }) => name);
      const [traceId, ...args] = await handled.promise;
      await channel.close();

      expect(before).toEqual(['order.place']);
      expect(traceId).toBe(recorded.named('order.place').spanContext().traceId);
      expect(args).toEqual([null]);
      expect(recorded.named(`publish ${queue}`).status.code).toBe(SpanStatusCode.UNSET);
    });

    test('waits for confirms of messages without a callback', async () => {
      using recorded = recordSpans();
      const channel = await openConfirm();

      channel.publish('', queue, Buffer.from('7'));
      channel.publish('', queue, Buffer.from('8'), {});
      await channel.waitForConfirms();

      expect(recorded.spans).toHaveLength(2);
      await channel.close();
    });

    test('that is closed by the broker fails what it has not confirmed', async () => {
      using recorded = recordSpans();
      const channel = await openConfirm();
      const handled = handledOnce<unknown>();
      channel.on('error', () => {});

      channel.publish('no such exchange', 'key', Buffer.from('7'), {}, handled.done);

      expect(await handled.promise).toBeInstanceOf(Error);
      expect(recorded.spans.map(({ status }) => status)).toEqual([
        { code: SpanStatusCode.ERROR, message: 'channel closed' },
      ]);
    });
  });

  describe('a message that is got', () => {
    test('is a receive span in the work that asked for it, with a link to its sender', async () => {
      using recorded = recordSpans();
      const channel = await open();
      channel.sendToQueue(queue, Buffer.from('7'));
      await channel.checkQueue(queue);

      const message = await span('poll', async () => channel.get(queue, { noAck: true }));
      await channel.close();

      expect(message && message.content.toString()).toBe('7');
      expect(recorded.tree()).toBe(`publish ${queue}\npoll\n  get ${queue}`);
      const [producer, receive] = [recorded.named(`publish ${queue}`), recorded.named(`get ${queue}`)];
      expect(receive.links.map(({ context }) => context.spanId)).toEqual([producer.spanContext().spanId]);
      expect(receive).toMatchObject({ kind: SpanKind.CLIENT, attributes: { 'messaging.operation.type': 'receive' } });
    });

    test('is none in an empty queue, which makes no span', async () => {
      using recorded = recordSpans();
      const channel = await open();

      expect(await channel.get(queue)).toBe(false);
      await channel.close();

      expect(recorded.spans).toEqual([]);
    });
  });

  test('a traced channel looks and answers as before', async () => {
    using _recorded = recordSpans();
    const plain = await connection.createChannel();
    const channel = await connection.createChannel();
    const look = (each: Channel) =>
      (['publish', 'sendToQueue', 'consume', 'get', 'ack', 'ackAll', 'nack', 'nackAll', 'reject'] as const).map(
        (name) => [each[name].name, each[name].length],
      );

    expect(tracedChannel(channel)).toBe(channel);
    const { publish } = channel;
    expect(tracedChannel(channel).publish).toBe(publish);
    expect(look(channel)).toEqual(look(plain));
    expect(Object.keys(channel)).toEqual(Object.keys(plain));
    expect(channel.eventNames().map((name) => channel.listenerCount(name))).toEqual(
      plain.eventNames().map((name) => plain.listenerCount(name)),
    );
    expect(channel.publish('', queue, Buffer.from('7'))).toBe(true);
    await channel.close();
    await plain.close();
  });

  test('without an SDK messages are sent and received as they are', async () => {
    const channel = await open();
    const handled = handledOnce<ConsumeMessage>();
    await channel.consume(queue, (message) => {
      channel.ack(message!);
      handled.done(message!);
    });

    channel.sendToQueue(queue, Buffer.from('7'));

    expect((await handled.promise).properties.headers).toEqual({});
    await channel.close();
  });
});

function textOf(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** Waits until so many spans have ended. */
async function untilEnded(recorded: RecordedSpans, count: number): Promise<void> {
  await vi.waitFor(() => expect(recorded.spans.length).toBeGreaterThanOrEqual(count), { timeout: 10_000 });
}
