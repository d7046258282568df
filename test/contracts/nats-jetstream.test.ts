import { AckPolicy, jetstream, type JsMsg } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import { forEachMessage, tracedJetStream, tracedNats } from '@clew/queues/nats';
import { recordSpans } from '@clew/testing';
import { queueCases, type QueueUnderTest } from '@clew/testing/queues';
import { trace } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startNats } from '../services/nats.ts';
import type { Service } from '../services/service.ts';
import { fieldsOf, guardedHeadersOf, headersOf } from './nats-fields.ts';

describeWith(['NATS'], 'JetStream', () => {
  let server: Service;

  beforeAll(async () => void (server = await startNats()));
  afterAll(async () => server[Symbol.asyncDispose]());

  test.each(queueCases)('$name', async ({ run }) => {
    await expect(run(() => openQueue(server))).resolves.toBeUndefined();
  });
});

let queues = 0;

async function openQueue(server: Service): Promise<QueueUnderTest> {
  const connection = tracedNats(await connect({ servers: server.url }), { headers });
  const raw = await connect({ servers: server.url });
  const js = tracedJetStream(jetstream(connection));
  const manager = await js.jetstreamManager();
  const name = `queue${(queues += 1)}`;
  const subject = `${name}.orders`;
  await manager.streams.add({ name, subjects: [subject] });
  await manager.consumers.add(name, { durable_name: 'worker', ack_policy: AckPolicy.Explicit });
  return {
    system: 'nats',
    destination: subject,
    redelivers: true,
    async send(body, fields) {
      await js.publish(subject, body, fields && { headers: headersOf(fields) });
    },
    async sendRaw(body, fields) {
      const own = guardedHeadersOf(fields);
      if (own !== undefined) await jetstream(raw).publish(subject, body, { headers: own });
      return own !== undefined;
    },
    async consume(handler) {
      const consumer = await js.consumers.get(name, 'worker');
      const stop = new AbortController();
      let messages = await consumer.fetch({ max_messages: 1, expires: 1000 });
      const handle = async (message: JsMsg) => {
        try {
          await handler({ body: message.string(), fields: fieldsOf(message.headers) });
          message.ack();
        } catch (error) {
          message.nak();
          throw error;
        }
      };
      const handleAll = async () => {
        while (!stop.signal.aborted) {
          await forEachMessage(messages, handle).catch(() => undefined);
          if (!stop.signal.aborted) messages = await consumer.fetch({ max_messages: 1, expires: 1000 });
        }
      };
      const handling = handleAll();
      return {
        async [Symbol.asyncDispose]() {
          stop.abort();
          await messages.close();
          await handling;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([connection.close(), raw.close()]);
    },
  };
}

describeWith(['NATS'], 'traced JetStream', () => {
  let server: Service;

  beforeAll(async () => void (server = await startNats()));
  afterAll(async () => server[Symbol.asyncDispose]());

  /** A stream with one consumer, `mailer`; nothing of its set-up is recorded. */
  async function open(name: string) {
    const connection = tracedNats(await connect({ servers: server.url }), { headers, settleSpans: true });
    const js = tracedJetStream(jetstream(connection));
    const manager = await js.jetstreamManager();
    await manager.streams.add({ name, subjects: [`${name}.*`] });
    await manager.consumers.add(name, { durable_name: 'mailer', ack_policy: AckPolicy.Explicit, ack_wait: 2e9 });
    const consumer = await js.consumers.get(name, 'mailer');
    return { js, consumer, [Symbol.asyncDispose]: () => connection.close() };
  }

  test('what is published is consumed, by callback, in a child of the publishing span, and acknowledged', async () => {
    using recorded = recordSpans();
    await using queue = await open('callback');

    await queue.js.publish('callback.paid', '7');
    const active = await new Promise((resolve) => {
      const callback = async (message: JsMsg) => {
        await Promise.resolve();
        const inHandler = trace.getActiveSpan()?.spanContext().spanId;
        message.ack();
        setImmediate(() => resolve(inHandler));
      };
      void queue.consumer.consume({ callback: callback as never });
    });

    const process = recorded.named('process callback.paid');
    expect(recorded.tree()).toBe('publish callback.paid\n  process callback.paid\n    ack callback.paid');
    expect(active).toBe(process.spanContext().spanId);
    expect(process.attributes).toMatchObject({
      'messaging.consumer.group.name': 'mailer',
      'messaging.message.id': '1',
      'clew.messaging.attempt': 1,
    });
    expect(process.attributes['clew.messaging.time_in_queue']).toBeGreaterThanOrEqual(0);
  });

  test('a message that is refused is an error, and comes again as the next attempt', async () => {
    using recorded = recordSpans();
    await using queue = await open('refused');
    await queue.js.publish('refused.paid', '7');
    const attempts: number[] = [];

    const messages = await queue.consumer.consume();
    await forEachMessage(messages, (message: JsMsg) => {
      attempts.push(message.info.deliveryCount);
      if (attempts.length === 1) message.nak();
      else {
        message.ack();
        void messages.close();
      }
    });

    const [first, second] = recorded.spans.filter(({ name }) => name === 'process refused.paid');
    expect(attempts).toEqual([1, 2]);
    expect(first?.attributes).toMatchObject({ 'error.type': 'nak', 'clew.messaging.attempt': 1 });
    expect(second?.attributes).toMatchObject({ 'clew.messaging.attempt': 2, 'clew.messaging.redelivered': true });
    expect(second?.status.code).toBe(0);
  });

  test('messages that are fetched have spans, one after the other, and their acknowledgements below', async () => {
    using recorded = recordSpans();
    await using queue = await open('fetched');
    await queue.js.publish('fetched.a', '1');
    await queue.js.publish('fetched.b', '2');

    const fetched: string[] = [];
    for await (const message of await queue.consumer.fetch({ max_messages: 2, expires: 1000 })) {
      fetched.push(message.string());
      expect(await message.ackAck()).toBe(true);
    }

    expect(fetched).toEqual(['1', '2']);
    expect(recorded.tree()).toBe(
      'publish fetched.a\n  process fetched.a\n    ackAck fetched.a\npublish fetched.b\n  process fetched.b\n    ackAck fetched.b',
    );
  });

  test('a single message by next() comes as it would, and makes no span of its own', async () => {
    using recorded = recordSpans();
    await using queue = await open('single');
    await queue.js.publish('single.a', '1');

    const message = await queue.consumer.next();
    message?.ack();

    expect(message?.string()).toBe('1');
    expect(recorded.tree()).toBe('publish single.a');
  });

  test('an id against duplicates still holds, and the caller keeps headers and options', async () => {
    using recorded = recordSpans();
    await using queue = await open('twice');
    const options = Object.freeze({ msgID: 'order-7', headers: Object.freeze(headers()) });

    const first = await queue.js.publish('twice.a', '1', options);
    const second = await queue.js.publish('twice.a', '1', options);

    expect([first.duplicate, second.duplicate]).toEqual([false, true]);
    expect(options.headers.keys()).toEqual([]);
    expect(recorded.spans).toHaveLength(2);
  });

  test('a subject without a stream fails as it does without us', async () => {
    using recorded = recordSpans();
    await using queue = await open('known');

    await expect(queue.js.publish('unknown', '1')).rejects.toThrow('jetstream is not enabled');

    expect(recorded.named('publish unknown').status.code).toBe(2);
  });
});
