import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
  type MessageAttributeValue,
} from '@aws-sdk/client-sqs';
import { tracedHandler, tracedSqs } from '@clew/queues/aws';
import type { ConsumedMessage, QueueUnderTest } from '@clew/testing/queues';

import type { Service } from '../services/service.ts';

/** What clients of the fakes are made with. */
export const clientOf = (server: Service) => ({
  endpoint: server.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
});

let queues = 0;

/** A queue that nobody else uses. */
export async function createQueue(client: SQSClient): Promise<string> {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `queue${(queues += 1)}` }));
  return QueueUrl;
}

export async function openSqs(server: Service): Promise<QueueUnderTest> {
  const raw = new SQSClient(clientOf(server));
  const sqs = tracedSqs(new SQSClient(clientOf(server)));
  const QueueUrl = await createQueue(raw);
  return {
    system: 'aws_sqs',
    destination: QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1),
    redelivers: true,
    async send(MessageBody, fields) {
      const input = { QueueUrl, MessageBody, ...(fields && { MessageAttributes: attributesOf(fields) }) };
      await sqs.send(new SendMessageCommand(input));
    },
    async sendBatch(bodies) {
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    },
    async sendRaw(MessageBody, fields) {
      if (!Object.values(fields).every((value) => typeof value === 'string' || value instanceof Uint8Array))
        return false;
      await raw.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes: attributesOf(fields) }));
      return true;
    },
    consume: (handler) => Promise.resolve(poll(sqs, raw, QueueUrl, handler)),
    [Symbol.asyncDispose]() {
      sqs.destroy();
      raw.destroy();
      return Promise.resolve();
    },
  };
}

/** Handles messages one by one until it is disposed; one that fails is visible again at once. */
function poll(
  sqs: SQSClient,
  raw: SQSClient,
  QueueUrl: string,
  handler: (message: ConsumedMessage) => Promise<void>,
): AsyncDisposable {
  const stop = new AbortController();
  const handle = tracedHandler((message: Message) => handler(consumed(message)));
  const ask = { QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 1, MessageAttributeNames: ['All'] };
  const settle = async (message: Message) => {
    const { ReceiptHandle } = message;
    try {
      await handle(message);
      await raw.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    } catch {
      await raw.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    }
  };
  const receiveAll = async () => {
    while (!stop.signal.aborted) {
      const options = { abortSignal: stop.signal };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(ask), options).catch(() => ({ Messages: [] }));
      for (const message of Messages) await settle(message);
    }
  };
  const receiving = receiveAll();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await receiving;
    },
  };
}

function attributesOf(fields: Readonly<Record<string, unknown>>): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? { DataType: 'String', StringValue: value }
        : { DataType: 'Binary', BinaryValue: value as Uint8Array },
    ]),
  );
}

function consumed({ Body = '', MessageAttributes = {} }: Message): ConsumedMessage {
  const texts = Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue] as const);
  return { body: Body, fields: Object.fromEntries(texts) };
}
