// The oldest versions of clients of queues that are served and that a broker of today understands.
import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { installOlderKafkajs, installOldestCatalogue } from '../harm/install-catalogue.ts';
import { describeWith } from '../services/describe-with.ts';
import { startKafka } from '../services/kafka.ts';
import { startRabbitmq } from '../services/rabbitmq.ts';
import { startRedis } from '../services/redis.ts';
import type { Service, ServiceName } from '../services/service.ts';

interface OldClient {
  readonly client: string;
  readonly service: ServiceName;
  readonly start: () => Promise<Service>;
  /** Where the client is installed. Default: the catalogue of the oldest. */
  readonly folder?: () => Promise<string>;
  /** Sends one message to the queue `process.env.QUEUE`, prints it when it is handled, and ends. */
  readonly program: string;
  readonly sends: string;
}

const CLIENTS: readonly OldClient[] = [
  {
    client: 'BullMQ 5.0.0',
    service: 'REDIS',
    start: startRedis,
    sends: 'add',
    program: `
      const { Queue, Worker } = require('bullmq');
      const connection = { host: SERVER.hostname, port: Number(SERVER.port) };
      const queue = new Queue(QUEUE, { connection });
      const worker = new Worker(QUEUE, async (job) => console.log(job.data.order), { connection });
      worker.on('completed', async () => { await worker.close(); await queue.close(); });
      queue.add('job', { order: 7 });`,
  },
  {
    client: 'Bull 4.0.0',
    service: 'REDIS',
    start: startRedis,
    sends: 'add',
    program: `
      const Bull = require('bull');
      const queue = new Bull(QUEUE, SERVER.href);
      queue.process(async (job) => console.log(job.data.order));
      queue.on('completed', () => queue.close());
      queue.add({ order: 7 });`,
  },
  {
    client: 'amqplib 0.5.5',
    service: 'RABBITMQ',
    start: startRabbitmq,
    sends: 'publish',
    program: `
      require('amqplib').connect(SERVER.href).then(async (connection) => {
        const channel = await connection.createChannel();
        await channel.assertQueue(QUEUE, { autoDelete: true });
        await channel.consume(QUEUE, (message) => {
          console.log(message.content.toString());
          channel.ack(message);
          connection.close();
        });
        channel.sendToQueue(QUEUE, Buffer.from('7'));
      });`,
  },
  {
    client: 'kafkajs 1.6.0',
    service: 'KAFKA',
    start: startKafka,
    folder: installOlderKafkajs,
    sends: 'send',
    program: `
      const { Kafka } = require('kafkajs');
      const kafka = new Kafka({ clientId: 'app', brokers: [SERVER.host], logLevel: 0 });
      const [producer, consumer] = [kafka.producer(), kafka.consumer({ groupId: QUEUE })];
      (async () => {
        await producer.connect();
        await consumer.connect();
        await producer.send({ topic: QUEUE, messages: [{ value: '7' }] });
        await consumer.subscribe({ topic: QUEUE, fromBeginning: true });
        await consumer.run({
          eachMessage: async ({ message }) => {
            console.log(message.value.toString());
            setImmediate(async () => { await producer.disconnect(); await consumer.disconnect(); });
          },
        });
      })();`,
  },
];

describe.each(CLIENTS)('$client', ({ service, start, sends, program, folder = installOldestCatalogue }) => {
  describeWith([service], 'under the preload', () => {
    test('sends a message that is handled in its trace', { timeout: 120_000 }, async () => {
      const cwd = await folder();
      await using server = await start();
      const queue = `oldest-${process.pid}-${Math.random()}`;
      const given = `const SERVER = new URL(process.env.SERVER); const { QUEUE } = process.env;`;
      await using app = await runApp({
        args: ['--no-deprecation', '-e', given + program],
        cwd,
        env: { SERVER: server.url, QUEUE: queue },
      });

      const exit = await app.exited;

      expect([app.stderr, app.stdout, exit.code]).toEqual(['', '7\n', 0]);
      expect(app.tree().replaceAll(queue, 'orders')).toContain(`${sends} orders\n  process orders`);
    });
  });
});
