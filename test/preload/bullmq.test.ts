import { runApp, type RunningApp } from '@clew/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { startRedis } from '../services/redis.ts';
import type { Service } from '../services/service.ts';

let redis: Service;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

/** Adds a job in a span that begins with a command of its own, and ends when the job is completed. */
const PROGRAM = `
  async function main({ bullmq, api, Redis }, { processor, queueOptions, workerOptions } = {}) {
    const { Queue, Worker } = bullmq;
    const redis = new Redis(process.env.REDIS);
    await redis.ping();
    const connection = { url: process.env.REDIS };
    const name = 'mail-' + process.pid;
    const tracer = api.trace.getTracer('app');
    const queue = new Queue(name, { connection, ...queueOptions });
    const worker = tracer.startActiveSpan('startup', (span) => {
      const made = new Worker(name, processor ?? handle, { connection, drainDelay: 1, stalledInterval: 50, lockRenewTime: 50, ...workerOptions });
      span.end();
      return made;
    });
    const completed = new Promise((resolve, reject) => {
      worker.on('completed', (job, result) => resolve(result));
      worker.on('failed', (job, error) => reject(error));
    });
    await tracer.startActiveSpan('order.place', async (span) => {
      await queue.add('welcome', { to: 'ada' });
      span.end();
    });
    const result = await completed;
    await new Promise((resolve) => setTimeout(resolve, Number(process.env.LINGER ?? 0)));
    await worker.close();
    await queue.close();
    redis.disconnect();
    console.log(JSON.stringify(result));

    async function handle(job) {
      await null;
      await tracer.startActiveSpan('mail.send', async (span) => {
        await redis.set('sent', job.data.to);
        span.end();
      });
      return job.data.to;
    }
  }`;
const APPS = {
  'app.mjs': `
    import * as bullmq from 'bullmq';
    import * as api from '@opentelemetry/api';
    import { Redis } from 'ioredis';
    ${PROGRAM}
    await main({ bullmq, api, Redis });`,
  'app.cjs': `
    ${PROGRAM}
    main({ bullmq: require('bullmq'), api: require('@opentelemetry/api'), Redis: require('ioredis').Redis });`,
};

/** The tree without the number of the process in the names of queues. */
const treeOf = (app: RunningApp) => app.tree().replaceAll(/mail-\d+/g, 'mail');

test.each(Object.keys(APPS))('a job is traced from its queue to its handler in %s', async (name) => {
  using folder = fixture(APPS);
  await using app = await runApp({ args: [name], cwd: folder.path, env: { REDIS: redis.url, LINGER: '200' } });

  expect(await app.exited).toEqual({ code: 0, signal: null });

  expect(app.stderr).toBe('');
  expect(app.stdout).toBe('"ada"\n');
  expect(treeOf(app)).toBe('startup\norder.place\n  add mail\n    process mail\n      mail.send\n        set');
});

test('the variable that disables the instrumentation leaves BullMQ alone', async () => {
  using folder = fixture(APPS);
  await using app = await runApp({
    args: ['app.cjs'],
    cwd: folder.path,
    env: { REDIS: redis.url, OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'bullmq,ioredis' },
  });

  expect(await app.exited).toEqual({ code: 0, signal: null });

  expect(treeOf(app)).toBe('startup\n  mail.send\norder.place');
});

test.each([
  ['a process', false],
  ['a thread', true],
])('spans of a processor that runs in %s belong to the span of its job', async (_where, useWorkerThreads) => {
  using folder = fixture({
    'processor.cjs': `
      const { trace } = require('@opentelemetry/api');
      module.exports = async function (job) {
        await null;
        return trace.getTracer('processor').startActiveSpan('mail.send', (span) => {
          span.end();
          return [job.name, job.data.to, job.queueName === undefined];
        });
      };`,
    'app.cjs': `
      ${PROGRAM}
      const options = { processor: __dirname + '/processor.cjs', workerOptions: { useWorkerThreads: ${useWorkerThreads} } };
      main({ bullmq: require('bullmq'), api: require('@opentelemetry/api'), Redis: require('ioredis').Redis }, options);`,
  });
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path, env: { REDIS: redis.url } });

  expect(await app.exited).toEqual({ code: 0, signal: null });

  expect(app.stderr).toBe('');
  expect(app.stdout).toBe('["welcome","ada",false]\n');
  const spans = app.spans().filter(({ name }) => /^(?:process|mail)/.test(name));
  const [processed, sent] = spans.toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano));
  expect(spans).toHaveLength(2);
  expect(sent?.parentSpanId).toBe(processed?.spanId);
});

test('a telemetry that is not ours has its clients to itself, and stderr says so once', async () => {
  using folder = fixture({
    'app.cjs': `
      ${PROGRAM}
      const calls = [];
      const span = { setSpanOnContext: (c) => c, setAttribute() {}, setAttributes() {}, addEvent() {}, recordException() {}, end() {} };
      const telemetry = {
        tracer: { startSpan: (name) => (calls.push(name.split(' ')[0]), span) },
        contextManager: { with: (c, work) => work(), active: () => ({}), getMetadata: () => 'mine', fromMetadata: (c) => c },
      };
      const options = { queueOptions: { telemetry }, workerOptions: { telemetry } };
      main({ bullmq: require('bullmq'), api: require('@opentelemetry/api'), Redis: require('ioredis').Redis }, options)
        .then(() => console.log(calls.includes('add'), calls.includes('process')));`,
  });
  const env = { REDIS: redis.url, OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'ioredis' };
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path, env });

  expect(await app.exited).toEqual({ code: 0, signal: null });

  expect(app.stdout).toBe('"ada"\ntrue true\n');
  expect(app.stderr).toBe('clew: BullMQ has another telemetry; queues and workers that have it are left to it\n');
  expect(treeOf(app)).toBe('startup\n  mail.send\norder.place');
});

test('clients that are traced in code, too, make no span twice', async () => {
  using folder = fixture({
    'app.mjs': `
      import * as bullmq from 'bullmq';
      import * as api from '@opentelemetry/api';
      import { Redis } from 'ioredis';
      import { bullmqTelemetry } from '@clew/queues/bullmq';
      ${PROGRAM}
      const telemetry = bullmqTelemetry({ relation: 'link' });
      await main({ bullmq, api, Redis }, { queueOptions: { telemetry }, workerOptions: { telemetry } });`,
  });
  const env = { REDIS: redis.url, OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'ioredis' };
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });

  expect(await app.exited).toEqual({ code: 0, signal: null });

  expect(treeOf(app)).toBe('startup\norder.place\n  add mail\nprocess mail\n  mail.send');
});
