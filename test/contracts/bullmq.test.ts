import { randomUUID } from 'node:crypto';

import {
  bullmqTelemetry,
  tracedFlowProducer,
  tracedProcessor,
  tracedQueue,
  tracedWorker,
  type BullmqOptions,
} from '@clew/queues/bullmq';
import { span } from '@clew/spans';
import { recordSpans, type RecordedSpans } from '@clew/testing';
import { queueCases, type QueueUnderTest } from '@clew/testing/queues';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { DelayedError, FlowProducer, Queue, UnrecoverableError, Worker, type Job, type Processor } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

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

const WAYS = [
  ['traced clients', tracedClients],
  ['clients with the telemetry', telemetryClients],
] as const;

describe.each(WAYS)('%s', (_, clients) => {
  const cases =
    clients === telemetryClients ? queueCases.filter(({ name }) => !BEYOND_TELEMETRY.test(name)) : queueCases;

  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run(() => Promise.resolve(queueUnderTest(clients)))).resolves.toBeUndefined();
  });

  test('the span of a job has the name, the kind and the attributes of its operation', async () => {
    using recorded = recordSpans();
    await using mail = open(clients);

    await span('order.place', () => mail.queue.add('welcome', { to: 'ada' }));
    const [job] = await mail.handle(async () => {}, { event: 'completed' });

    expect(recorded.tree()).toBe(`order.place\n  add ${mail.name}\n    process ${mail.name}`);
    expect(recorded.named(`add ${mail.name}`).attributes).toEqual({
      'messaging.system': 'bullmq',
      'messaging.operation.name': 'add',
      'messaging.operation.type': 'send',
      'messaging.destination.name': mail.name,
      'messaging.message.id': job.id,
      'bullmq.job.name': 'welcome',
    });
    expect(recorded.named(`process ${mail.name}`).attributes).toEqual({
      'messaging.system': 'bullmq',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': mail.name,
      'messaging.message.id': job.id,
      'bullmq.job.name': 'welcome',
      'clew.messaging.attempt': 1,
      'clew.messaging.time_in_queue': expect.any(Number),
    });
  });

  test.each([
    ['at once', {}],
    ['after a delay', { backoff: 5 }],
  ])(
    'a job that fails is an error, and one that is tried again %s goes on with the same trace',
    async (_how, options) => {
      using recorded = recordSpans();
      await using mail = open(clients);

      await mail.queue.add('welcome', {}, { attempts: 2, ...options });
      const failOnce = async (job: Job) => {
        if (job.attemptsMade === 0) throw new TypeError('mailbox full');
      };
      await mail.handle(failOnce, { event: 'completed' });

      const { name } = mail;
      expect(recorded.tree()).toBe(`add ${name}\n  process ${name} !mailbox full\n  process ${name}`);
      const attempts = consumersIn(recorded);
      expect(attempts.map((each) => each.attributes['clew.messaging.attempt'])).toEqual([1, 2]);
      expect(attempts.map((each) => each.attributes['clew.messaging.redelivered'])).toEqual([undefined, true]);
    },
  );

  test('jobs that are added together are added in one span', async () => {
    using recorded = recordSpans();
    await using mail = open(clients);

    await mail.queue.addBulk([
      { name: 'a', data: {} },
      { name: 'b', data: {} },
    ]);
    await mail.handle(async () => {}, { event: 'completed', count: 2 });

    const { name } = mail;
    expect(recorded.tree()).toBe(`addBulk ${name}\n  process ${name}\n  process ${name}`);
    expect(recorded.named(`addBulk ${name}`).attributes['messaging.batch.message_count']).toBe(2);
  });

  test('the jobs of a flow belong to the span that added it', async () => {
    using recorded = recordSpans();
    await using mail = open(clients);
    const flow = {
      name: 'parent',
      queueName: mail.name,
      opts: {},
      children: [{ name: 'child', queueName: mail.name, opts: {} }],
    };

    await mail.flows.add(flow);
    await mail.flows.addBulk([flow]);
    await mail.handle(async () => {}, { event: 'completed', count: 4 });

    const bulk = clients === telemetryClients ? 'addBulk' : `addBulk ${mail.name}`;
    const parents = consumersIn(recorded).map((each) => nameOfParent(each, recorded));
    expect(new Set(parents)).toEqual(new Set([`add ${mail.name}`, bulk]));
    expect(recorded.spans).toHaveLength(6);
  });

  test.each([
    ['link', false],
    ['parent', true],
  ] as const)('with the relation %s the handler is placed as asked', async (relation, isChild) => {
    using recorded = recordSpans();
    await using mail = open(clients);

    await mail.queue.add('welcome', {});
    await mail.handle(async () => {}, { event: 'completed' }, { relation });

    const added = recorded.named(`add ${mail.name}`).spanContext().spanId;
    const processed = recorded.named(`process ${mail.name}`);
    expect(processed.parentSpanContext?.spanId).toBe(isChild ? added : undefined);
    expect(processed.links.map((link) => link.context.spanId)).toEqual([added]);
  });

  test.each(POISON)('metadata that is %s harms neither its job nor those around it', async (_name, metadata) => {
    using recorded = recordSpans();
    await using mail = open(clients);
    const bare = new Queue(mail.name, { connection: mail.connection });
    const handled: string[] = [];

    await mail.queue.add('before', {});
    await bare.add('poison', {}, { telemetry: { metadata: metadata as string } });
    await mail.queue.add('after', {});
    await mail.handle(async (job) => void handled.push(job.name), { event: 'completed', count: 3 });
    await bare.close();

    expect(handled).toEqual(['before', 'poison', 'after']);
    expect(consumersIn(recorded).map(({ status }) => status.code)).toEqual(Array(3).fill(SpanStatusCode.UNSET));
  });

  test('metadata that nobody can read is told on the span', async () => {
    using recorded = recordSpans();
    await using mail = open(clients);
    const bare = new Queue(mail.name, { connection: mail.connection });

    await bare.add('poison', {}, { telemetry: { metadata: 'garbage{' } });
    await mail.handle(async () => {}, { event: 'completed' });
    await bare.close();

    expect(recorded.named(`process ${mail.name}`).attributes['clew.messaging.context']).toBe('invalid');
  });
});

test('a processor that is traced by itself tells all that its job knows', async () => {
  using recorded = recordSpans();
  await using mail = open(tracedClients);
  const processor = tracedProcessor(async function handle(job: Job, _token?: string) {
    throw new UnrecoverableError(`no mailbox for ${job.name}`);
  });
  const worker = new Worker(mail.name, processor, { connection: mail.connection });
  const failed = new Promise((resolve) => worker.once('failed', resolve));

  await mail.queue.add('welcome', {}, { delay: 20 });
  await failed;
  await worker.close();

  expect([processor.name, processor.length]).toEqual(['handle', 2]);
  expect(recorded.named(`process ${mail.name}`).attributes).toMatchObject({
    'clew.messaging.delay': 0.02,
    'clew.messaging.attempt': 1,
    'error.type': 'UnrecoverableError',
  });
});

test('whatever is traced of a job, it has one span', async () => {
  using recorded = recordSpans();
  const name = `mail-${run}-${++queues}`;
  const connection = { url: redis.url };
  const telemetry = bullmqTelemetry({ relation: 'link' });
  const queue = tracedQueue(tracedQueue(new Queue(name, { connection, telemetry })));
  const worker = tracedWorker(
    new Worker(
      name,
      tracedProcessor(async () => {}),
      { connection, telemetry },
    ),
  );
  const completed = new Promise((resolve) => worker.once('completed', resolve));

  await queue.add('welcome', {});
  await completed;
  await Promise.all([worker.close(), queue.close()]);

  expect(recorded.tree()).toBe(`add ${name}\n  process ${name}`);
});

test('options of jobs are not written to, and those that ask for no context carry none', async () => {
  using _recorded = recordSpans();
  await using mail = open(tracedClients);
  const options = Object.freeze({ telemetry: Object.freeze({ omitContext: true }) });
  const flow = Object.freeze({
    name: 'a',
    queueName: mail.name,
    children: Object.freeze([Object.freeze({ name: 'b', queueName: mail.name })]),
  });

  const job = await mail.queue.add('welcome', {}, options);
  await mail.queue.addBulk(Object.freeze([Object.freeze({ name: 'c', data: {}, opts: options })]) as never);
  const { children } = await mail.flows.add(flow as never);

  expect(job.opts.telemetry).toEqual({ omitContext: true });
  expect(children?.[0]?.job.opts.telemetry?.metadata).toMatch(/traceparent/);
});

test('options that are inherited, or of a class, hold for the job that carries the context', async () => {
  using recorded = recordSpans();
  await using mail = open(tracedClients);
  class Options {
    readonly #id = 'seven';
    readonly attempts = 3;
    get jobId() {
      return this.#id;
    }
  }

  const job = await mail.queue.add('welcome', {}, new Options());

  expect([job.id, job.opts.attempts]).toEqual(['seven', 3]);
  expect(job.opts.telemetry?.metadata).toContain(recorded.named(`add ${mail.name}`).spanContext().spanId);
});

test('a flow that is added with the options of the job that is handled goes on with our own context', async () => {
  using recorded = recordSpans();
  await using mail = open(tracedClients);
  const { name } = mail;

  await mail.queue.add('welcome', {});
  const sendOn = async (job: Job) => {
    if (job.name === 'welcome') await mail.flows.add({ name: 'again', queueName: name, opts: job.opts });
  };
  await mail.handle(sendOn, { event: 'completed', count: 2 });

  expect(recorded.tree()).toBe(`add ${name}\n  process ${name}\n    add ${name}\n      process ${name}`);
});

test('what cannot be traced is returned as it is', async () => {
  using _recorded = recordSpans();

  for (const client of [Object.freeze({ add() {}, run() {}, emit() {} }), null as never]) {
    expect(tracedQueue(client as never)).toBe(client);
    expect(tracedWorker(client as never)).toBe(client);
    expect(tracedFlowProducer(client as never)).toBe(client);
  }
});

test('a processor that is traced by itself is called with whatever it is given', () => {
  using _recorded = recordSpans();
  const processor = tracedProcessor((...args: unknown[]) => args);

  expect(processor(undefined as never, 'token')).toEqual([undefined, 'token']);
});

test('a job that its processor puts off has not failed', async () => {
  using recorded = recordSpans();
  await using mail = open(tracedClients);

  await mail.queue.add('welcome', {});
  const putOff = async (job: Job, token?: string) => {
    if (job.attemptsStarted > 1) return;
    await job.moveToDelayed(Date.now() + 5, token);
    throw new DelayedError();
  };
  await mail.handle(putOff, { event: 'completed' });

  expect(consumersIn(recorded).map(({ status }) => status.code)).toEqual(Array(2).fill(SpanStatusCode.UNSET));
});

test('the jobs of a scheduler are linked to it, each in a trace of its own, and its template stays as it is', async () => {
  using recorded = recordSpans();
  await using mail = open(tracedClients);

  await mail.queue.upsertJobScheduler('hourly', { every: 20 }, { name: 'tick', data: {}, opts: { attempts: 3 } });
  await mail.handle(async () => {}, { event: 'completed', count: 3 });
  const scheduler = await mail.queue.getJobScheduler('hourly');
  await mail.queue.removeJobScheduler('hourly');

  const upserted = recorded.named(`upsertJobScheduler ${mail.name}`).spanContext();
  const ticks = consumersIn(recorded).slice(0, 3);
  expect(ticks.map(({ links }) => links.map((link) => link.context.spanId))).toEqual(
    ticks.map(() => [upserted.spanId]),
  );
  expect(new Set(ticks.map((each) => each.spanContext().traceId)).size).toBe(3);
  expect(recorded.spans).toHaveLength(1 + consumersIn(recorded).length);
  expect(scheduler?.template?.opts).toEqual({ attempts: 3 });
});

test('listeners of what became of a job run in its span', async () => {
  using recorded = recordSpans();
  await using mail = open(tracedClients);
  const worker = mail.worker(async () => {});
  const seen: [string, string | undefined][] = [];
  const note = (event: string) => seen.push([event, trace.getActiveSpan()?.spanContext().spanId]);
  worker.on('active', () => note('active'));
  const completed = new Promise<void>((resolve) => {
    worker.on('completed', () => {
      note('completed');
      span('mail.log', () => {});
      resolve();
    });
  });

  await mail.queue.add('welcome', {});
  await completed;
  await worker.close();

  const { spanId } = recorded.named(`process ${mail.name}`).spanContext();
  expect(seen).toEqual([
    ['active', undefined],
    ['completed', spanId],
  ]);
  expect(recorded.named('mail.log').parentSpanContext?.spanId).toBe(spanId);
});

test('a worker that is made in a span keeps nothing of it', async () => {
  using recorded = recordSpans();
  await using mail = open(tracedClients);
  const baggage = propagation.createBaggage({ tenant: { value: 't1' } });

  const worker = span('startup', () =>
    context.with(propagation.setBaggage(context.active(), baggage), () =>
      mail.worker(() => Promise.resolve(propagation.getActiveBaggage()?.getAllEntries().length ?? 0)),
    ),
  );
  const completed = new Promise<unknown>((resolve) => worker.once('completed', (_job, result) => resolve(result)));
  await mail.queue.add('welcome', {});
  const entries = await completed;
  await worker.close();

  expect(entries).toBe(0);
  expect(recorded.tree()).toBe(`startup\nadd ${mail.name}\n  process ${mail.name}`);
});

/** Spans of jobs in the order of their end. */
function consumersIn({ spans }: RecordedSpans) {
  return spans.filter(({ kind }) => kind === SpanKind.CONSUMER);
}

function nameOfParent({ parentSpanContext }: RecordedSpans['spans'][number], { spans }: RecordedSpans) {
  return spans.find((each) => each.spanContext().spanId === parentSpanContext?.spanId)?.name;
}

/** What BullMQ hides from its telemetry: the options of a job that is added, and the error of one that failed. */
const BEYOND_TELEMETRY = /^a context that the application has put on a message|^a handler that rejects/;

/** The queue of one test, by a client of each kind that is traced in one of the two ways. */
interface Clients {
  readonly queue: Queue;
  worker(processor: Processor, options?: BullmqOptions): Worker;
  readonly flows: FlowProducer;
}

function tracedClients(name: string, connection: Connection): Clients {
  return {
    queue: tracedQueue(new Queue(name, { connection })),
    worker: (processor, options) => tracedWorker(new Worker(name, processor, { connection }), options),
    flows: tracedFlowProducer(new FlowProducer({ connection })),
  };
}

function telemetryClients(name: string, connection: Connection): Clients {
  const telemetry = bullmqTelemetry();
  return {
    queue: new Queue(name, { connection, telemetry }),
    worker: (processor, options) => new Worker(name, processor, { connection, telemetry: bullmqTelemetry(options) }),
    flows: new FlowProducer({ connection, telemetry }),
  };
}

interface Connection {
  readonly url: string;
}

interface OpenQueue extends Clients, AsyncDisposable {
  readonly name: string;
  readonly connection: Connection;
  /** Handles jobs until so many of them have ended in this way. Their spans have ended then, too. */
  handle(processor: Processor, until: Until, options?: BullmqOptions): Promise<[job: Job, result: unknown]>;
}

interface Until {
  readonly event: 'completed' | 'failed';
  readonly count?: number;
}

function open(clients: typeof tracedClients): OpenQueue {
  const name = `mail-${run}-${++queues}`;
  const connection = { url: redis.url };
  const opened = clients(name, connection);
  return {
    ...opened,
    name,
    connection,
    async handle(processor, { event, count = 1 }, options) {
      const worker = opened.worker(processor, options);
      const seen: [Job, unknown][] = [];
      await new Promise<void>((resolve) => {
        worker.on(event as 'completed', (job, result: unknown) => {
          if (seen.push([job, result]) === count) resolve();
        });
      });
      await worker.close();
      return seen.at(-1) as [Job, unknown];
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([opened.queue.close(), opened.flows.close()]);
    },
  };
}

/** The same as the suite of every adapter has it. */
function queueUnderTest(clients: typeof tracedClients): QueueUnderTest {
  const { queue, worker, name, connection, [Symbol.asyncDispose]: close } = open(clients);
  const bare = new Queue(name, { connection });
  const add = (to: Queue, body: string, fields?: object) =>
    to.add('job', body, {
      attempts: 2,
      ...(fields !== undefined && { telemetry: { metadata: JSON.stringify(fields) } }),
    });
  return {
    system: 'bullmq',
    destination: name,
    redelivers: true,
    send: async (body, fields) => void (await add(queue, body, fields)),
    sendBatch: async (bodies) => void (await queue.addBulk(bodies.map((body) => ({ name: 'job', data: body })))),
    async sendRaw(body, fields) {
      await add(bare, body, fields);
      return true;
    },
    async consume(handler) {
      const consumer = worker((job: Job<string>) =>
        handler({ body: job.data, fields: JSON.parse(job.opts.telemetry?.metadata ?? '{}') as Record<string, string> }),
      );
      return { [Symbol.asyncDispose]: () => consumer.close() };
    },
    async [Symbol.asyncDispose]() {
      await bare.close();
      await close();
    },
  };
}
