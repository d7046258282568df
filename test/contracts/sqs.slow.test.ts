import {
  CreateTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import {
  processMessages,
  processRecords,
  tracedBatchHandler,
  tracedHandler,
  tracedSns,
  tracedSqs,
} from '@clew/queues/aws';
import { recordSpans } from '@clew/testing';
import { queueCases } from '@clew/testing/queues';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startElasticmq } from '../services/elasticmq.ts';
import type { Service } from '../services/service.ts';
import { startSqs } from '../services/sqs.ts';
import { clientOf, createQueue, openSqs } from './sqs-queue.ts';

const TEXT = { DataType: 'String', StringValue: 'x' };
const attributes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`own${index}`, TEXT]));
/** Bodies that look like a notification of SNS, and are none. */
const ENVELOPES = [
  '{"Type":"Notification"',
  '{"Type":"Notification","MessageAttributes":7}',
  '{"Type":"Notification","MessageAttributes":{"traceparent":[]}}',
  '{"Type":"Notification","MessageAttributes":{"traceparent":{"Type":"String","Value":{"a":1}}}}',
  '{"Type":"Notification","MessageAttributes":{"traceparent":null,"baggage":{"Value":"=;,="}}}',
];
const activeSpan = () => trace.getActiveSpan()?.spanContext().spanId;

/** A traced client and a queue that nobody else uses. */
async function open(server: Service) {
  const sqs = tracedSqs(new SQSClient(clientOf(server)));
  const QueueUrl = await createQueue(sqs);
  const receive = async (count = 1): Promise<Message[]> => {
    const messages: Message[] = [];
    while (messages.length < count) {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
      messages.push(...((await sqs.send(command)).Messages ?? []));
    }
    return messages;
  };
  const name = QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);
  return { sqs, QueueUrl, name, receive, [Symbol.dispose]: () => sqs.destroy() };
}

describeWith(['SQS'], 'SQS', () => {
  let server: Service;

  beforeAll(async () => void (server = await startSqs()));
  afterAll(async () => server[Symbol.asyncDispose]());

  test.each(queueCases)('$name', async ({ run }) => {
    await expect(run(() => openSqs(server))).resolves.toBeUndefined();
  });

  test('commands that are frozen, input and entries, are sent with a context and stay as they are', async () => {
    using recorded = recordSpans();
    using queue = await open(server);
    const { QueueUrl } = queue;
    const entry = Object.freeze({ Id: '1', MessageBody: 'b', MessageAttributes: Object.freeze({}) });
    const input = Object.freeze({ QueueUrl, Entries: Object.freeze([entry]) as unknown as [typeof entry] });

    await queue.sqs.send(Object.freeze(new SendMessageBatchCommand(input)));
    const [message] = await queue.receive();

    const { traceId, spanId } = recorded.named(`send ${queue.name}`).spanContext();
    expect(message?.MessageAttributes?.['traceparent']?.StringValue).toBe(`00-${traceId}-${spanId}-01`);
    expect(entry.MessageAttributes).toEqual({});
  });

  test('with ten attributes of its own a message carries the context in AWSTraceHeader', async () => {
    using recorded = recordSpans();
    using queue = await open(server);
    const { QueueUrl } = queue;

    await queue.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b', MessageAttributes: attributes(10) }));
    const [message] = await queue.receive();
    await processMessages(message && [message], () => undefined);

    const send = recorded.named(`send ${queue.name}`);
    expect(message?.Attributes?.AWSTraceHeader).toContain(send.spanContext().spanId);
    expect(recorded.named(`process ${queue.name}`).parentSpanContext?.spanId).toBe(send.spanContext().spanId);
  });

  test('a handled message tells how long it waited and how often it came', async () => {
    using recorded = recordSpans();
    using queue = await open(server);
    const { QueueUrl, name } = queue;
    await queue.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b' }));

    await processMessages(await queue.receive(), () => undefined);

    const { attributes: seen } = recorded.named(`process ${name}`);
    expect(seen).toMatchObject({ 'clew.messaging.attempt': 1, 'messaging.message.id': expect.any(String) });
    expect(seen['clew.messaging.time_in_queue']).toBeGreaterThanOrEqual(0);
  });

  test('a message that was to wait is handled in the trace of its sender', async () => {
    using recorded = recordSpans();
    using queue = await open(server);
    const { QueueUrl, name } = queue;

    await queue.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b', DelaySeconds: 1 }));
    await processMessages(await queue.receive(), () => undefined);

    expect(recorded.tree()).toBe(`send ${name}\n  process ${name}`);
    expect(recorded.named(`process ${name}`).attributes['clew.messaging.time_in_queue']).toBeGreaterThan(0.9);
  });

  test('a batch is one span with a link to each sender, and each message has one of its own in it', async () => {
    using recorded = recordSpans();
    using queue = await open(server);
    const { QueueUrl, name } = queue;
    for (const MessageBody of ['a', 'b']) await queue.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const messages = await queue.receive(2);
    const senders = recorded.spans.map((each) => each.spanContext().spanId);
    recorded.clear();

    const handle = tracedBatchHandler((all: Message[], batch) => all.map((each) => batch.each(each, activeSpan)));
    const active = handle(messages);

    const [first, second, whole] = recorded.spans;
    expect(recorded.tree()).toBe(`process ${name}\n  process ${name}\n  process ${name}`);
    expect(active).toEqual([first, second].map((each) => each?.spanContext().spanId));
    expect(whole?.links.map((link) => link.context.spanId).toSorted()).toEqual(senders.toSorted());
  });

  test.each([
    ['as an envelope', 'false'],
    ['raw', 'true'],
  ])('what SNS delivers %s is handled in the trace of its publisher', async (_, RawMessageDelivery) => {
    using recorded = recordSpans();
    using topic = await openTopic(RawMessageDelivery);
    const { sns, queue, TopicArn, Name } = topic;

    await sns.send(new PublishCommand(Object.freeze({ TopicArn, Message: 'single' })));
    await sns.send(
      new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [{ Id: '1', Message: 'of a batch' }] }),
    );
    const active: unknown[] = [];
    await processMessages(await queue.receive(2), async () => {
      await Promise.resolve();
      active.push(activeSpan());
    });

    const line = `publish ${Name}\n  process ${queue.name}`;
    const handled = recorded.spans.filter(({ name }) => name === `process ${queue.name}`);
    expect(recorded.tree()).toBe(`${line}\n${line}`);
    expect(active).toEqual(handled.map((each) => each.spanContext().spanId));
    for (const { attributes: seen } of handled) {
      expect(seen['clew.messaging.time_in_queue']).toBeGreaterThanOrEqual(0);
      expect(seen['clew.messaging.attempt']).toBe(1);
    }
  });

  test.each([
    ['as an envelope', 'false'],
    ['raw', 'true'],
  ])('poison that SNS delivers %s harms neither its message nor those around it', async (_, RawMessageDelivery) => {
    using recorded = recordSpans();
    using topic = await openTopic(RawMessageDelivery);
    const { queue, TopicArn } = topic;
    const raw = new SNSClient(clientOf(server));
    const publish = (Message: string, traceparent?: string) =>
      raw.send(new PublishCommand({ TopicArn, Message, ...(traceparent && { MessageAttributes: own(traceparent) }) }));
    const own = (StringValue: string) => ({ traceparent: { DataType: 'String', StringValue } });

    await publish('first');
    await publish('garbage', 'garbage{');
    await publish('zeros', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`);
    await publish('long', 'a'.repeat(32 * 1024));
    await publish('last');
    raw.destroy();
    for (const MessageBody of ENVELOPES)
      await queue.sqs.send(new SendMessageCommand({ QueueUrl: queue.QueueUrl, MessageBody }));
    const messages = await queue.receive(5 + ENVELOPES.length);
    const handled: unknown[] = [];
    await processMessages(messages, ({ MessageId }) => void handled.push(MessageId));

    const processed = recorded.spans.filter(({ name }) => name === `process ${queue.name}`);
    expect(handled).toEqual(messages.map(({ MessageId }) => MessageId));
    expect(processed).toHaveLength(messages.length);
    expect(processed.map(({ status }) => status.code)).toEqual(processed.map(() => SpanStatusCode.UNSET));
  });

  /** A topic whose messages are delivered to a queue. */
  async function openTopic(RawMessageDelivery: string) {
    const queue = await open(server);
    const sns = tracedSns(new SNSClient(clientOf(server)));
    const Name = `topic-${queue.name}`;
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name }));
    const Endpoint = `arn:aws:sqs:us-east-1:123456789012:${queue.name}`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: { RawMessageDelivery } }));
    const dispose = () => {
      sns.destroy();
      queue[Symbol.dispose]();
    };
    return { sns, queue, TopicArn, Name, [Symbol.dispose]: dispose };
  }

  test('a handler that handles what is being handled already makes no second span', async () => {
    using recorded = recordSpans();
    const handle = tracedHandler(
      tracedHandler((_message: Message) => 'handled'),
      { queueUrl: 'http://x/1/orders' },
    );

    expect(handle({ Body: 'b' })).toBe('handled');
    expect(recorded.tree()).toBe('process orders');
  });

  test('records of Lambda are handled one by one, and those that fail are reported where that is wanted', async () => {
    using recorded = recordSpans();
    const eventSourceARN = 'arn:aws:sqs:us-east-1:123456789012:orders';
    const record = (messageId: string) => ({
      messageId,
      eventSourceARN,
      messageAttributes: {
        traceparent: { dataType: 'String', stringValue: `00-${messageId.repeat(32)}-${messageId.repeat(16)}-01` },
      },
    });
    const event = { Records: [record('a'), record('b')] };
    const handle = ({ messageId }: { messageId: string }) => {
      if (messageId === 'a') throw new RangeError('no stock');
    };

    const answer = await processRecords(event, handle, { reportFailures: true });
    await expect(processRecords(event, handle)).rejects.toThrow('no stock');

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
    expect(recorded.tree()).toBe(
      `
process orders
  process orders !no stock
  process orders
process orders !no stock
  process orders !no stock`.trimStart(),
    );
    expect(recorded.spans[2]?.links.map((link) => link.context.spanId)).toEqual(['a'.repeat(16), 'b'.repeat(16)]);
  });
});

describeWith(['ELASTICMQ'], 'SQS that knows limits and dead letters', () => {
  let server: Service;

  beforeAll(async () => void (server = await startElasticmq()));
  afterAll(async () => server[Symbol.asyncDispose]());

  test('takes what we send, with any number of attributes of its own', async () => {
    using _recorded = recordSpans();
    using queue = await open(server);
    const { QueueUrl } = queue;
    const counts = [0, 7, 8, 9, 10];

    for (const count of counts) {
      const MessageAttributes = attributes(count);
      await queue.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b', MessageAttributes }));
    }

    expect(await queue.receive(counts.length)).toHaveLength(counts.length);
  });

  test('a message that comes again tells so, and by a dead-letter queue it is the root of a trace with a link', async () => {
    using recorded = recordSpans();
    using dead = await open(server);
    using queue = await open(server);
    const { QueueUrl, name } = queue;
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${dead.name}`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
    await queue.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));

    await queue.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b' }));
    for (let attempt = 1; attempt <= 2; attempt++) {
      const [message] = await queue.receive();
      await processMessages(message && [message], () => undefined);
      const ReceiptHandle = message?.ReceiptHandle;
      await queue.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    }
    await queue.sqs.send(new ReceiveMessageCommand({ QueueUrl })); // moves it
    await processMessages(await dead.receive(), () => undefined);

    const handled = recorded.spans.filter((each) => each.name.startsWith('process'));
    expect(handled.map((each) => each.attributes['clew.messaging.attempt'])).toEqual([1, 2, 3]);
    expect(handled.map((each) => each.attributes['clew.messaging.redelivered'])).toEqual([undefined, true, true]);
    expect(handled[2]?.attributes['clew.messaging.dead_letter_reason']).toBe('max_receive_count');
    expect(handled[2]?.parentSpanContext).toBeUndefined();
    expect(handled[2]?.links[0]?.context.spanId).toBe(recorded.named(`send ${name}`).spanContext().spanId);
  });
});
