import { SQSClient } from '@aws-sdk/client-sqs';
import { runApp } from '@clew/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { clientOf, createQueue } from '../contracts/sqs-queue.ts';
import { describeWith } from '../services/describe-with.ts';
import type { Service } from '../services/service.ts';
import { startSqs } from '../services/sqs.ts';
import { fixture } from '../support/fixture.ts';
import { NOTES_QUEUES } from './notes-queues.ts';

const IMPORTS = {
  'app.mjs': `
import { SQSClient, SendMessageCommand, SendMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { trace } from '@opentelemetry/api';`,
  'app.cjs': `
const { SQSClient, SendMessageCommand, SendMessageBatchCommand, ReceiveMessageCommand } = require('@aws-sdk/client-sqs');
const { Consumer } = require('sqs-consumer');
const { trace } = require('@opentelemetry/api');`,
};

const SETUP = `
const sqs = new SQSClient({ endpoint: process.env.SQS_URL, region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
const { QueueUrl } = process.env;
const tracer = trace.getTracer('app');
const inSpan = (name, work) => tracer.startActiveSpan(name, async (span) => {
  try { return await work(); } finally { span.end(); }
});
`;

const CONSUME = `
const consumer = Consumer.create({ queueUrl: QueueUrl, sqs, waitTimeSeconds: 1, handleMessage: async (message) => {
  await null;
  await inSpan('ship', async () => {});
  console.log(message.Body);
  return message;
} });
consumer.on('message_processed', () => consumer.stop());
consumer.on('empty', () => inSpan('checkout', () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'order 7' }))));
consumer.start();
`;

const SNS_IMPORTS = {
  'app.mjs': `${IMPORTS['app.mjs']}
import { SNSClient, CreateTopicCommand, SubscribeCommand, PublishCommand } from '@aws-sdk/client-sns';`,
  'app.cjs': `${IMPORTS['app.cjs']}
const { SNSClient, CreateTopicCommand, SubscribeCommand, PublishCommand } = require('@aws-sdk/client-sns');`,
};

const PUBLISH_AND_CONSUME = `
const sns = new SNSClient({ endpoint: process.env.SQS_URL, region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
const Endpoint = 'arn:aws:sqs:us-east-1:123456789012:' + QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);
const consumer = Consumer.create({ queueUrl: QueueUrl, sqs, waitTimeSeconds: 1, handleMessage: async (message) => {
  await inSpan('ship', async () => {});
  console.log(JSON.parse(message.Body).Message);
  return message;
} });
consumer.on('message_processed', () => consumer.stop());
(async () => {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'orders' }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
  await inSpan('checkout', () => sns.send(new PublishCommand({ TopicArn, Message: 'order 7' })));
  consumer.start();
})();
`;

describeWith(['SQS'], 'SQS under the preload', () => {
  let server: Service;
  let client: SQSClient;

  beforeAll(async () => {
    server = await startSqs();
    client = new SQSClient(clientOf(server));
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  async function run(file: string, program: string, env: NodeJS.ProcessEnv = {}) {
    const QueueUrl = await createQueue(client);
    using folder = fixture({ [file]: program });
    const app = await runApp({ args: [file], cwd: folder.path, env: { SQS_URL: server.url, QueueUrl, ...env } });
    const exit = await app.exited;
    const tree = app.tree().replaceAll(QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1), 'QUEUE');
    await app[Symbol.asyncDispose]();
    return { app, code: exit.code, tree };
  }

  test.each(Object.entries(IMPORTS))(
    '%s: sqs-consumer polls in silence and handles in the trace of the sender',
    async (file, imports) => {
      const { app, code, tree } = await run(file, imports + SETUP + CONSUME);

      expect([app.stderr, app.stdout, code]).toEqual(['', 'order 7\n', 0]);
      expect(tree).toBe(
        `
checkout
  QUEUE send
    POST
    process QUEUE
      ship`.trimStart(),
      );
    },
  );

  test.each(Object.entries(SNS_IMPORTS))(
    '%s: what is published to SNS is handled by sqs-consumer in the trace of its publisher',
    async (file, imports) => {
      const { app, code, tree } = await run(file, imports + SETUP + PUBLISH_AND_CONSUME);

      expect([app.stderr, app.stdout, code]).toEqual(['', 'order 7\n', 0]);
      expect(tree).toContain(
        `
checkout
  orders send
    POST
    process QUEUE
      ship`.trimStart(),
      );
    },
  );

  test('a handler that fails is an error of its own type, and the consumer is told what it would be', async () => {
    const program = `${IMPORTS['app.mjs']}${SETUP}
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'order 7' }));
      const consumer = Consumer.create({ queueUrl: QueueUrl, sqs, waitTimeSeconds: 1, handleMessage: async () => {
        throw new RangeError('no stock');
      } });
      consumer.on('processing_error', (error) => {
        console.log(error.name, error.message, error.cause.name);
        consumer.stop();
      });
      consumer.start();`;

    const { app, tree } = await run('app.mjs', program);

    const process = app.spans().find(({ name }) => name.startsWith('process'));
    expect([app.stderr, app.stdout]).toEqual([
      '',
      'StandardError Unexpected message handler failure: no stock RangeError\n',
    ]);
    expect(tree).toContain('process QUEUE !no stock');
    expect(process?.attributes['error.type']).toBe('RangeError');
  });

  test('frozen commands are sent in their trace, an own traceparent stays, and nothing is written to', async () => {
    const program = `${IMPORTS['app.mjs']}${SETUP}
      const StringValue = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const MessageAttributes = Object.freeze({ traceparent: Object.freeze({ DataType: 'String', StringValue }) });
      const Entries = Object.freeze([Object.freeze({ Id: '1', MessageBody: 'b' })]);
      await inSpan('checkout', async () => {
        await sqs.send(Object.freeze(new SendMessageCommand(Object.freeze({ QueueUrl, MessageBody: 'a', MessageAttributes }))));
        await sqs.send(Object.freeze(new SendMessageBatchCommand(Object.freeze({ QueueUrl, Entries }))));
        const ask = Object.freeze({ QueueUrl, MaxNumberOfMessages: 10 });
        const { Messages } = await sqs.send(Object.freeze(new ReceiveMessageCommand(ask)));
        for (const { Body, MessageAttributes } of Messages) console.log(Body, MessageAttributes.traceparent.StringValue);
      });
      console.log(JSON.stringify(Entries), Object.keys(MessageAttributes).join());`;

    const { app, code, tree } = await run('app.mjs', program);

    const batch = app.spans().filter(({ name }) => name.endsWith(' send'))[1];
    expect([app.stderr, code]).toEqual(['', 0]);
    expect(app.stdout.split('\\n')[0]).toContain('a 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    expect(app.stdout).toContain(`b 00-${batch?.traceId}-${batch?.spanId}-0`);
    expect(app.stdout).toContain('[{"Id":"1","MessageBody":"b"}] traceparent');
    expect(tree).toContain('checkout\n  QUEUE send\n');
  });

  test('with ten attributes the context travels in AWSTraceHeader', async () => {
    const program = `${IMPORTS['app.mjs']}${SETUP}
      const MessageAttributes = Object.fromEntries(Array.from({ length: 10 }, (_, n) => ['own' + n, { DataType: 'String', StringValue: 'x' }]));
      await inSpan('checkout', () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a', MessageAttributes })));
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      console.log(Messages[0].Attributes.AWSTraceHeader);`;

    const { app } = await run('app.mjs', program);

    const sent = app.spans().find(({ name }) => name.endsWith(' send'));
    expect(app.stdout).toContain(`Parent=${sent?.spanId};Sampled=1`);
  });

  test("without upstream's instrumentation our own spans are made, and without ours nothing is", async () => {
    const program = `${NOTES_QUEUES}${IMPORTS['app.cjs']}${SETUP}
      inSpan('checkout', () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))).then(() => {
        console.log(queuesLoaded.length > 0);
      });`;

    const ours = await run('app.cjs', program, { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'aws-sdk' });
    const none = await run('app.cjs', program, { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'aws,aws-sdk,http' });

    expect([ours.app.stdout, ours.tree]).toEqual(['true\n', 'checkout\n  send QUEUE']);
    expect([none.app.stdout, none.tree]).toEqual(['false\n', 'checkout']);
  });
});
