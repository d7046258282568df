import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type MessageAttributeValue,
} from '@aws-sdk/client-sqs';
import { connect, type Channel, type ConsumeMessage } from 'amqplib';
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { expect, test } from 'vitest';

import { describeWith } from './describe-with.ts';
import { startElasticmq } from './elasticmq.ts';
import { startKafka } from './kafka.ts';
import { startRabbitmq } from './rabbitmq.ts';
import { behavesAsService } from './service-contract.ts';
import { startSqs } from './sqs.ts';

const QUEUE = 'clew-orders';
const PATIENCE_MILLIS = 120_000;

behavesAsService('RABBITMQ', {
  start: startRabbitmq,
  async send(url, traceparent) {
    const connection = await connect(url);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(QUEUE, { durable: true });
    channel.sendToQueue(QUEUE, Buffer.from('7'), { persistent: true, headers: { traceparent } });
    await channel.waitForConfirms();
    await connection.close();
  },
  async receive(url) {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    const message = await nextMessage(channel);
    await channel.deleteQueue(QUEUE);
    await connection.close();
    return message.properties.headers?.['traceparent'];
  },
});

behavesAsService('KAFKA', {
  start: startKafka,
  async send(url, traceparent) {
    const producer = kafkaOf(url).producer();
    await producer.connect();
    await producer.send({ topic: QUEUE, messages: [{ value: '7', headers: { traceparent } }] });
    await producer.disconnect();
  },
  async receive(url) {
    const consumer = kafkaOf(url).consumer({ groupId: QUEUE });
    await consumer.subscribe({ topic: QUEUE, fromBeginning: true });
    const message = await new Promise<KafkaMessage>((resolve, reject) => {
      consumer.run({ eachMessage: async ({ message }) => resolve(message) }).catch(reject);
    });
    await consumer.disconnect();
    return message.headers?.['traceparent']?.toString();
  },
});

const sqs = { send: sendToSqs, receive: receiveFromSqs, keepsMessages: false };
behavesAsService('SQS', { ...sqs, start: startSqs });
behavesAsService('ELASTICMQ', { ...sqs, start: startElasticmq });

describeWith(['SQS'], 'SNS', () => {
  test('a topic hands its message attributes to a queue', { timeout: PATIENCE_MILLIS }, async () => {
    await using service = await startSqs();
    const sns = new SNSClient(clientOptions(service.url));
    const queueUrl = await createQueue(new SQSClient(clientOptions(service.url)));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: QUEUE }));
    const Endpoint = `arn:aws:sqs:us-east-1:123456789012:${QUEUE}`;
    const Attributes = { RawMessageDelivery: 'true' };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));

    const MessageAttributes = { traceparent: { DataType: 'String', StringValue: 'sent by SNS' } };
    await sns.send(new PublishCommand({ TopicArn, Message: '7', MessageAttributes }));

    expect(queueUrl).toContain(QUEUE);
    expect(await receiveFromSqs(service.url)).toBe('sent by SNS');
  });
});

describeWith(['ELASTICMQ'], 'ElasticMQ', () => {
  test('more than ten message attributes are refused', { timeout: PATIENCE_MILLIS }, async () => {
    await using service = await startElasticmq();
    const client = new SQSClient(clientOptions(service.url));
    const QueueUrl = await createQueue(client);
    const send = (count: number) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody: '7', MessageAttributes: attributes(count) }));

    expect((await send(10)).MessageId).toBeDefined();
    await expect(send(11)).rejects.toThrow(/attributes/);
  });
});

function attributes(count: number): Record<string, MessageAttributeValue> {
  const names = Array.from({ length: count }, (_, index) => `attribute-${index}`);
  return Object.fromEntries(names.map((name) => [name, { DataType: 'String', StringValue: name }]));
}

function nextMessage(channel: Channel): Promise<ConsumeMessage> {
  return new Promise((resolve, reject) => {
    const consume = (message: ConsumeMessage | null) => {
      if (message !== null) resolve(message);
    };
    channel.consume(QUEUE, consume, { noAck: true }).catch(reject);
  });
}

function kafkaOf(url: string): Kafka {
  return new Kafka({ brokers: [new URL(url).host], logLevel: logLevel.NOTHING });
}

async function createQueue(client: SQSClient): Promise<string> {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: QUEUE }));
  return QueueUrl;
}

async function sendToSqs(url: string, traceparent: string): Promise<void> {
  const client = new SQSClient(clientOptions(url));
  const QueueUrl = await createQueue(client);
  const MessageAttributes = { traceparent: { DataType: 'String', StringValue: traceparent } };
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: '7', MessageAttributes }));
  client.destroy();
}

async function receiveFromSqs(url: string): Promise<string | undefined> {
  const client = new SQSClient(clientOptions(url));
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: QUEUE }));
  const wanted = { QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: ['traceparent'] };
  const { Messages = [] } = await client.send(new ReceiveMessageCommand(wanted));
  await client.send(new DeleteQueueCommand({ QueueUrl }));
  client.destroy();
  return Messages[0]?.MessageAttributes?.['traceparent']?.StringValue;
}

function clientOptions(endpoint: string) {
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'any', secretAccessKey: 'any' } };
}
