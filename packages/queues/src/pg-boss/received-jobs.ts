import { context, createContextKey } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';

import { fieldOf, textOf } from '../carriers/carrier.ts';
import { textMap } from '../carriers/text-map.ts';
import { consumingBatch, type Batch } from '../consuming-batch.ts';
import { consuming, type ConsumerPlan } from '../consuming.ts';
import type { Delivery } from '../delivery.ts';
import { destinationNamed } from '../destination.ts';
import { SENT_AT, unpackData } from './job-data.ts';
import type { PgBossOptions } from './pg-boss-options.ts';

/** A job as it is handed to its handler. */
export interface Job {
  readonly id: string;
  readonly name: string;
  data: unknown;
}

interface Received {
  readonly fields: unknown;
  readonly options: PgBossOptions;
}

// The preload's copy of this module unpacks jobs that the application's copy is asked to handle.
const RECEIVED: unique symbol = Symbol.for('clew.pg-boss.received') as never;
const shared = globalThis as { [RECEIVED]?: WeakMap<object, Received> };
const received = (shared[RECEIVED] ??= new WeakMap());

const BATCH = createContextKey('clew.pg-boss.batch');

/** Takes the context out of the data of jobs, which then are as they were sent. */
export function unpackJobs(jobs: unknown, options: PgBossOptions): void {
  if (!Array.isArray(jobs)) return;
  for (const job of jobs as Job[]) {
    guard('reading the context of a job', undefined, () => {
      const { data, fields } = unpackData(job.data);
      received.set(job, { fields, options });
      if (data !== job.data) job.data = data;
    });
  }
}

/** Handles the jobs that a worker has fetched: a single one in its trace, several in a span of their own. */
export function handleJobs<Result>(jobs: readonly Job[], handler: () => Result): Result {
  const [first, ...others] = jobs;
  if (first === undefined || !received.has(first)) return handler();
  if (others.length === 0) return consuming(planOf(first), first, handler);
  return consumingBatch(planOf(first), jobs, (batch) => context.with(context.active().setValue(BATCH, batch), handler));
}

/**
 * Handles one job of several in a span of its own, with its baggage. For handlers of batches, and for jobs that `fetch` gave
 * you. Returns and throws what the handler does.
 *
 * @example
 * await boss.work('mail', { batchSize: 10 }, (jobs) => Promise.all(jobs.map((job) => handleJob(job, () => send(job.data)))));
 */
export function handleJob<Result>(job: object, handler: () => Result): Result {
  if (!received.has(job)) return handler();
  const batch = context.active().getValue(BATCH) as Batch<object> | undefined;
  if (batch?.messages.includes(job) === true) return batch.each(job, handler);
  return consuming({ ...planOf(job as Job), isWithinWork: true }, job as Job, handler);
}

function planOf(job: Job): ConsumerPlan<Job> {
  const { relation, maxParentAgeMillis } = received.get(job)?.options ?? {};
  return {
    destination: destinationNamed('pg-boss', job.name),
    carrier,
    relation,
    maxParentAgeMillis,
    delivery,
    attributes: ({ id }) => ({ 'messaging.message.id': id }),
  };
}

const fieldsOf = (job: Job) => received.get(job)?.fields as Parameters<typeof textMap.get>[0];

const carrier = {
  get: (job: Job, name: string) => textMap.get(fieldsOf(job), name),
  keys: (job: Job) => textMap.keys(fieldsOf(job)),
  set: (job: Job) => job,
};

/** Jobs tell of themselves with `includeMetadata` alone; else there is when they were sent. */
function delivery(job: Job): Delivery {
  const createdOn = timeIn(job, 'createdOn');
  const startAfter = timeIn(job, 'startAfter');
  const retries = fieldOf(job, 'retryCount');
  const sentAt = textOf(fieldOf(fieldsOf(job), SENT_AT));
  const isRetry = typeof retries === 'number' && retries > 0; // pg-boss then overwrites when it was to start
  return {
    enqueuedAt: createdOn ?? (sentAt === undefined || sentAt.length > 16 ? undefined : Number(sentAt)),
    delayMillis: isRetry || createdOn === undefined || startAfter === undefined ? undefined : startAfter - createdOn,
    dueAt: isRetry ? startAfter : undefined,
    attempt: typeof retries === 'number' ? retries + 1 : undefined,
  };
}

function timeIn(job: Job, name: string): number | undefined {
  const time = fieldOf(job, name);
  return time instanceof Date ? time.getTime() : undefined;
}
