import {
  CreateTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
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
import { trace } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startElasticmq } from '../services/elasticmq.ts';
import type { Service } from '../services/service.ts';
import { startSqs } from '../services/sqs.ts';
import { clientOf, createQueue, openSqs } from './sqs-queue.ts';

const TEXT = { DataType: 'String', StringValue: 'x' };
const attributes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`own${index}`, TEXT]));
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
    using queue = await open(server);
    const sns = tracedSns(new SNSClient(clientOf(server)));
    const Name = `topic-${queue.name}`;
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name }));
    const Endpoint = `arn:aws:sqs:us-east-1:123456789012:${queue.name}`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: { RawMessageDelivery } }));

    await sns.send(new PublishCommand(Object.freeze({ TopicArn, Message: 'single' })));
    await sns.send(
      new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [{ Id: '1', Message: 'of a batch' }] }),
    );
    await processMessages(await queue.receive(2), () => undefined);
    sns.destroy();

    const line = `publish ${Name}\n  process ${queue.name}`;
    expect(recorded.tree()).toBe(`${line}\n${line}`);
  });

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

describeWith(['ELASTICMQ'], 'SQS that takes ten attributes', () => {
  test('takes what we send, with any number of attributes of its own', async () => {
    await using server = await startElasticmq();
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
});
