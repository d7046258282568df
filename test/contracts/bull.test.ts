import { randomUUID } from 'node:crypto';

import { tracedProcessor, tracedQueue, type BullOptions } from '@clew/queues/bull';
import { span } from '@clew/spans';
import { recordSpans, type RecordedSpans } from '@clew/testing';
import { queueCases, type QueueUnderTest } from '@clew/testing/queues';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import Bull, { type Job, type JobOptions, type Queue } from 'bull';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { startRedis } from '../services/redis.ts';
import type { Service } from '../services/service.ts';
import { POISON } from './fixtures/poison.ts';

let redis: Service;
const run = randomUUID(); // a Redis that is given has seen other runs
let queues = 0;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

describe('the suite of every adapter', () => {
  test.each(queueCases.map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run(() => Promise.resolve(queueUnderTest()))).resolves.toBeUndefined();
  });
});

test('a job of any name, added with data or without, has two spans with all that is known of it', async () => {
  using recorded = recordSpans();
  await using mail = open();
  void mail.queue.process('welcome', () => Promise.resolve(span('mail.send', () => 'sent')));

  const [job, result] = await mail.until('completed', () => mail.queue.add('welcome', { to: 'ada' }, { delay: 20 }));

  const { name } = mail.queue;
  expect(result).toBe('sent');
  expect(job.data).toEqual({ to: 'ada' });
  expect(recorded.tree()).toBe(`add ${name}\n  process ${name}\n    mail.send`);
  expect(recorded.named(`process ${name}`).attributes).toEqual({
    'messaging.system': 'bull',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': name,
    'messaging.message.id': job.id,
    'bullmq.job.name': 'welcome',
    'clew.messaging.attempt': 1,
    'clew.messaging.delay': 0.02,
    'clew.messaging.time_in_queue': expect.any(Number),
  });
});

test('a processor with a callback is traced, and one that fails is tried again in the same trace', async () => {
  using recorded = recordSpans();
  await using mail = open();
  void mail.queue.process((job, done) => {
    setImmediate(() =>
      span('mail.send', () => (job.attemptsMade === 0 ? done(new RangeError('full')) : done(null, 7))),
    );
  });

  const [, result] = await mail.until('completed', () => mail.queue.add({}, { attempts: 2 }));

  const { name } = mail.queue;
  expect(result).toBe(7);
  expect(recorded.tree()).toBe(`add ${name}\n  process ${name} !full\n    mail.send\n  process ${name}\n    mail.send`);
});

test('a job that times out, or that has no processor, has failed', async () => {
  using recorded = recordSpans();
  await using mail = open();
  void mail.queue.process('slow', () => new Promise(() => {}));

  await mail.until('failed', () => mail.queue.add('slow', {}, { timeout: 5 }));
  await mail.until('failed', () => mail.queue.add('unknown', {}));

  expect(consumersIn(recorded).map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.ERROR]);
});

test('jobs that are added together are added in one span', async () => {
  using recorded = recordSpans();
  await using mail = open();
  void mail.queue.process('*', () => Promise.resolve());

  const jobs = ['a', 'b'].map((name) => ({ name, data: {} }));
  await mail.until('completed', () => mail.queue.addBulk(jobs), 2);

  const { name } = mail.queue;
  expect(recorded.tree()).toBe(`addBulk ${name}\n  process ${name}\n  process ${name}`);
  expect(recorded.named(`addBulk ${name}`).attributes['messaging.batch.message_count']).toBe(2);
});

test('jobs that repeat are linked to what added them, each in a trace of its own', async () => {
  using recorded = recordSpans();
  await using mail = open();
  void mail.queue.process(() => Promise.resolve());

  await mail.until('completed', () => mail.queue.add({}, { repeat: { every: 20 } }), 3);

  const added = recorded.named(`add ${mail.queue.name}`).spanContext().spanId;
  const ticks = consumersIn(recorded).slice(0, 3);
  expect(ticks.map(({ links }) => links.map((link) => link.context.spanId))).toEqual(ticks.map(() => [added]));
  expect(new Set(ticks.map((each) => each.spanContext().traceId)).size).toBe(3);
});

test.each(POISON)('metadata that is %s harms neither its job nor those around it', async (_name, metadata) => {
  using recorded = recordSpans();
  await using mail = open();
  const bare = bull(mail.queue.name);
  const handled: string[] = [];
  void mail.queue.process('*', (job) => Promise.resolve(handled.push(job.name)));

  await mail.until(
    'completed',
    async () => {
      await mail.queue.add('before', {});
      await bare.add('poison', {}, { telemetry: { metadata } } as JobOptions);
      await mail.queue.add('after', {});
    },
    3,
  );
  await bare.close();

  expect(handled).toEqual(['before', 'poison', 'after']);
  expect(consumersIn(recorded).map(({ status }) => status.code)).toEqual(Array(3).fill(SpanStatusCode.UNSET));
});

test('listeners of what became of a job run in its span, and options of jobs are not written to', async () => {
  using recorded = recordSpans();
  await using mail = open({ relation: 'link' });
  void mail.queue.process(() => Promise.resolve());
  const seen: unknown[] = [];
  mail.queue.on('completed', () => {
    seen.push(trace.getActiveSpan()?.spanContext().spanId);
    span('mail.log', () => {});
  });

  await mail.until('completed', () => mail.queue.add(Object.freeze({}), Object.freeze({ lifo: true })));

  const processed = recorded.named(`process ${mail.queue.name}`);
  expect(seen).toEqual([processed.spanContext().spanId]);
  expect(recorded.named('mail.log').parentSpanContext?.spanId).toBe(processed.spanContext().spanId);
  expect(processed.parentSpanContext).toBeUndefined();
});

test('a processor in a file of its own is handed the context of the span of its job', async () => {
  using _recorded = recordSpans();
  using folder = fixture({ 'processor.js': `module.exports = (job) => Promise.resolve(job.opts.telemetry.metadata);` });
  await using mail = open();
  void mail.queue.process(`${folder.path}/processor.js`);

  const [job, metadata] = await mail.until('completed', () => mail.queue.add({}));
  const inSandbox = { ...job, opts: { telemetry: { metadata } } };
  const seen = tracedProcessor((_job: typeof inSandbox) => trace.getActiveSpan()?.spanContext().spanId)(inSandbox);

  expect(seen).toBe(consumersIn(_recorded)[0]?.spanContext().spanId);
});

function consumersIn({ spans }: RecordedSpans) {
  return spans.filter(({ kind }) => kind === SpanKind.CONSUMER);
}

const bull = (name: string) => new Bull(name, redis.url);

interface OpenQueue extends AsyncDisposable {
  readonly queue: Queue;
  /** Resolves when so many jobs have ended in this way, and their spans too. */
  until(
    event: 'completed' | 'failed',
    work: () => Promise<unknown>,
    count?: number,
  ): Promise<[job: Job, result: unknown]>;
}

function open(options: BullOptions = {}): OpenQueue {
  const queue = tracedQueue(bull(`mail-${run}-${++queues}`), options);
  return {
    queue,
    async until(event, work, count = 1) {
      const seen: [Job, unknown][] = [];
      const ended = new Promise<void>((resolve) => {
        queue.on(event as 'completed', (job: Job, result: unknown) => {
          if (seen.push([job, result]) === count) resolve();
        });
      });
      await work();
      await ended;
      await new Promise((resolve) => setImmediate(resolve)); // the span ends after its listeners
      return seen.at(-1) as [Job, unknown];
    },
    [Symbol.asyncDispose]: () => queue.close(true),
  };
}

/** The same as the suite of every adapter has it. */
function queueUnderTest(): QueueUnderTest {
  const { queue } = open();
  const bare = bull(queue.name);
  const add = (to: Queue, body: string, fields?: object) =>
    to.add({ body }, { attempts: 2, ...(fields && { telemetry: { metadata: JSON.stringify(fields) } }) });
  return {
    system: 'bull',
    destination: queue.name,
    redelivers: true,
    send: async (body, fields) => void (await add(queue, body, fields)),
    sendBatch: async (bodies) => void (await queue.addBulk(bodies.map((body) => ({ data: { body } })))),
    async sendRaw(body, fields) {
      await add(bare, body, fields);
      return true;
    },
    async consume(handler) {
      void queue.process(async (job: Job<{ body: string }>) => {
        const { telemetry } = job.opts as { telemetry?: { metadata?: string } };
        await handler({
          body: job.data.body,
          fields: JSON.parse(telemetry?.metadata ?? '{}') as Record<string, string>,
        });
      });
      return { [Symbol.asyncDispose]: () => Promise.resolve() };
    },
    async [Symbol.asyncDispose]() {
      await queue.close(true);
      await bare.close();
    },
  };
}
