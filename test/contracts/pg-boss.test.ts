import { handleJob, tracedPgBoss, type PgBossOptions } from '@clew/queues/pg-boss';
import { span } from '@clew/spans';
import { recordSpans } from '@clew/testing';
import { queueCases, type QueueUnderTest } from '@clew/testing/queues';
import { context, propagation, trace } from '@opentelemetry/api';
import { PgBoss, type Job, type JobWithMetadata } from 'pg-boss';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startPostgres } from '../services/postgres.ts';
import type { Service } from '../services/service.ts';

interface Data {
  readonly body: string;
  readonly fields?: Readonly<Record<string, string>>;
}

const QUIET = { supervise: false, schedule: false };
const POLL = { pollingIntervalSeconds: 0.5, includeMetadata: true } as const;
const activeSpan = () => trace.getActiveSpan()?.spanContext().spanId;

describeWith(['POSTGRES'], 'pg-boss', () => {
  let server: Service;
  let raw: PgBoss;
  let queues = 0;

  beforeAll(async () => {
    server = await startPostgres();
    raw = await new PgBoss({ connectionString: server.url, ...QUIET }).start();
  });
  afterAll(async () => {
    await raw.stop({ graceful: false });
    await server[Symbol.asyncDispose]();
  });

  /** A traced instance and a queue that nobody else uses. */
  async function open(options: PgBossOptions = {}) {
    const name = `queue${(queues += 1)}`;
    await raw.createQueue(name, { retryLimit: 1, retryDelay: 0 });
    const boss = tracedPgBoss(new PgBoss({ connectionString: server.url, migrate: false, ...QUIET }), options);
    await boss.start();
    return { boss, name, [Symbol.asyncDispose]: () => boss.stop({ graceful: false }) };
  }

  async function openQueue(): Promise<QueueUnderTest> {
    const { boss, name, ...queue } = await open();
    return {
      ...queue,
      system: 'pg-boss',
      destination: name,
      redelivers: true,
      async send(body, fields) {
        await boss.send(name, Object.freeze({ body, fields, ...(fields?.['traceparent'] && { _otel: fields }) }));
      },
      async sendBatch(bodies) {
        await boss.insert(
          name,
          bodies.map((body) => ({ data: { body } })),
        );
      },
      async sendRaw(body, fields) {
        await raw.send(name, { body, _otel: fields });
        return true;
      },
      async consume(handler) {
        await boss.work<Data>(name, POLL, async ([job]) => {
          const { body = '', fields = {} } = job?.data ?? {};
          await handler({ body, fields });
        });
        return { [Symbol.asyncDispose]: () => boss.offWork(name) };
      },
    };
  }

  test.each(queueCases)('$name', async ({ run }) => {
    await expect(run(openQueue)).resolves.toBeUndefined();
  });

  /** Resolves with what the handler made of the first jobs. */
  const firstJobs = <Result>(boss: PgBoss, name: string, handler: (jobs: JobWithMetadata[]) => Result, batchSize = 1) =>
    new Promise<Result>((resolve) => {
      void boss.work(name, { ...POLL, batchSize }, async (jobs: JobWithMetadata[]) => {
        await Promise.resolve();
        resolve(handler(jobs));
      });
    });

  test.each([
    ['an object', { order: 7 }],
    ['an object with a member of our name', { _otel: 'own' }],
    ['an object with a context of its own', { _otel: { traceparent: 'x' } }],
    ['a list', [1, 2]],
    ['a text', 'order'],
    ['nothing', null],
  ])('the handler is given what was sent: %s', async (_, data) => {
    using _recorded = recordSpans();
    await using queue = await open();
    const { boss, name } = queue;

    await boss.send(name, data as object);

    expect(await firstJobs(boss, name, ([job]) => job?.data)).toEqual(data);
  });

  test('an instance of a subclass is traced, and what the subclass does is its own', async () => {
    using recorded = recordSpans();
    const name = `queue${(queues += 1)}`;
    await raw.createQueue(name);
    class Shop extends PgBoss {
      place(): Promise<string | null> {
        return span('order.place', () => this.send(name, { order: 7 }));
      }
    }
    const boss = tracedPgBoss(new Shop({ connectionString: server.url, migrate: false, ...QUIET }));
    await boss.start();

    await boss.place();
    const inHandler = await firstJobs(boss, name, () => activeSpan());
    await boss.stop({ graceful: false });

    expect(recorded.tree()).toBe(`order.place\n  send ${name}\n    process ${name}`);
    expect(inHandler).toBe(recorded.named(`process ${name}`).spanContext().spanId);
  });

  test('without a context in its data nothing but the sender’s own is stored', async () => {
    using recorded = recordSpans();
    await using queue = await open({ carriesContext: false });
    const { boss, name } = queue;

    await boss.send(name, { order: 7 });

    expect(await raw.fetch(name)).toMatchObject([{ data: { order: 7 } }]);
    expect(recorded.tree()).toBe(`send ${name}`);
  });

  test('a job that is to wait is sent in its span, and one that was fetched is handled in its trace', async () => {
    using recorded = recordSpans();
    await using queue = await open();
    const { boss, name } = queue;

    await boss.sendAfter(name, { order: 7 }, {}, new Date(Date.now() - 1000));
    const [job] = await boss.fetch<Data>(name);
    const active = await handleJob(job as Job, async () => activeSpan());

    expect(job?.data).toEqual({ order: 7 });
    expect(recorded.tree()).toBe(`sendAfter ${name}\n  process ${name}`);
    expect(active).toBe(recorded.named(`process ${name}`).spanContext().spanId);
  });

  test('with its metadata a job tells its attempt, the delay that was asked for, and how long it waited', async () => {
    using recorded = recordSpans();
    await using queue = await open();
    const { boss, name } = queue;
    let attempts = 0;
    const done = new Promise<void>((resolve) => {
      void boss.work(name, POLL, async () => {
        attempts += 1;
        if (attempts === 1) throw new RangeError('no stock');
        resolve();
      });
    });

    await boss.send(name, { order: 7 }, { startAfter: 1 });
    await done;
    await boss.offWork(name);

    const [first, second] = recorded.spans.filter((each) => each.name === `process ${name}`);
    expect(recorded.tree()).toBe(`send ${name}\n  process ${name} !no stock\n  process ${name}`);
    expect(first?.attributes['clew.messaging.delay']).toBeCloseTo(1, 1);
    expect(first?.attributes['clew.messaging.time_in_queue']).toBeGreaterThanOrEqual(0);
    expect(first?.attributes).toMatchObject({ 'clew.messaging.attempt': 1 });
    expect(second?.attributes).toMatchObject({ 'clew.messaging.attempt': 2, 'clew.messaging.redelivered': true });
    expect(second?.attributes).not.toHaveProperty('clew.messaging.delay'); // nobody asked for the wait after a failure
  });

  test('a job that comes by a dead-letter queue is handled in the trace of its sender', async () => {
    using recorded = recordSpans();
    await using queue = await open();
    await using dead = await open();
    const { boss, name } = queue;
    await boss.updateQueue(name, { retryLimit: 0, deadLetter: dead.name });

    await boss.send(name, { order: 7 }, { retryLimit: 0 });
    await boss.work(name, POLL, () => Promise.reject(new RangeError('no stock')));
    const data = await firstJobs(dead.boss, dead.name, ([job]) => job?.data);
    await dead.boss.offWork(dead.name);

    expect(data).toEqual({ order: 7 });
    expect(recorded.tree()).toBe(`send ${name}\n  process ${name} !no stock\n  process ${dead.name}`);
  });

  test('jobs of a batch are handled in one span with their links, and each with its baggage where that is asked for', async () => {
    using recorded = recordSpans();
    await using queue = await open();
    const { boss, name } = queue;
    for (const tenant of ['t1', 't2']) {
      const baggage = propagation.createBaggage({ tenant: { value: tenant } });
      await context.with(propagation.setBaggage(context.active(), baggage), () => boss.send(name, { tenant }));
    }
    const senders = recorded.spans.map((span) => span.spanContext().spanId);
    recorded.clear();

    const tenant = () => propagation.getActiveBaggage()?.getEntry('tenant')?.value;
    const seen = await firstJobs(boss, name, (jobs) => jobs.map((job) => handleJob(job, tenant)), 2);
    await boss.offWork(name);

    expect(new Set(seen)).toEqual(new Set(['t1', 't2']));
    expect(recorded.tree()).toBe(`process ${name}\n  process ${name}\n  process ${name}`);
    expect(
      recorded.spans
        .at(-1)
        ?.links.map((link) => link.context.spanId)
        .toSorted(),
    ).toEqual(senders.toSorted());
  });
});
