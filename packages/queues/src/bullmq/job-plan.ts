import type { Attributes } from '@opentelemetry/api';

import { readProperty } from '@clew/diagnostics';

import type { Carrier } from '../carriers/carrier.ts';
import { textMap } from '../carriers/text-map.ts';
import type { ConsumerPlan } from '../consuming.ts';
import type { Delivery } from '../delivery.ts';
import { destinationNamed } from '../destination.ts';
import type { ProducerPlan } from '../producing.ts';
import type { Relation } from '../relation.ts';
import { fieldsIn, metadataOf } from './job-metadata.ts';

/** The two clients whose jobs are alike: BullMQ's, and those of its predecessor. */
export type JobSystem = 'bullmq' | 'bull';

/** How jobs are handled. */
export interface BullmqOptions {
  /** Default: `auto`. */
  readonly relation?: Relation;
  /** Age beyond which `auto` makes a link: milliseconds. Default: an hour. */
  readonly maxParentAgeMillis?: number;
}

/** A job as its handler gets it, as far as spans need it. */
export interface HandledJob {
  readonly id?: string | number | undefined;
  readonly name?: string;
  readonly opts?: unknown;
  readonly timestamp?: number;
  readonly attemptsMade?: number;
  readonly stalledCounter?: number;
  readonly repeatJobKey?: string | undefined;
}

/** A job, with the fields that it brought: the text they stand in is parsed once. */
export interface ReceivedJob {
  readonly job: HandledJob;
  readonly fields: object | undefined;
}

/** Reads the fields of a job. Never throws. */
export function receivedJob(job: HandledJob): ReceivedJob {
  return { job, fields: fieldsIn(metadataOf(readProperty(job, 'opts'))) };
}

/** The plan by which jobs of one queue are handled. */
export function consumerPlan(
  queue: string,
  { relation, maxParentAgeMillis }: BullmqOptions,
  system: JobSystem = 'bullmq',
): ConsumerPlan<ReceivedJob> {
  return {
    destination: destinationNamed(system, queue),
    carrier: fieldsOfJob,
    relation,
    maxParentAgeMillis,
    attributes: ({ job }) => jobAttributes(job),
    delivery: ({ job }) => deliveryOf(job),
  };
}

const fields = textMap as Carrier<object | undefined>;

/** Reads what was parsed. */
const fieldsOfJob: Carrier<ReceivedJob> = {
  get: (received, name) => fields.get(received.fields, name),
  keys: (received) => fields.keys(received.fields),
  set: (received) => received,
};

/** The plan by which jobs are added to a queue. */
export function producerPlan<Message>(
  queue: string,
  operation: string,
  carrier: Carrier<Message>,
  system: JobSystem = 'bullmq',
): ProducerPlan<Message> {
  return { destination: destinationNamed(system, queue), carrier, operation };
}

/** The semantic conventions have none; BullMQ itself names it so. */
export const JOB_NAME = 'bullmq.job.name';

/** The attributes that name a job. */
export function jobAttributes({ id, name }: HandledJob): Attributes {
  return {
    ...((typeof id === 'string' || typeof id === 'number') && { 'messaging.message.id': String(id) }),
    ...(typeof name === 'string' && { [JOB_NAME]: name }),
  };
}

function deliveryOf(job: HandledJob): Delivery {
  const { timestamp, attemptsMade = 0, stalledCounter = 0, repeatJobKey } = job;
  const { delay, repeat } = (job.opts ?? {}) as { delay?: unknown; repeat?: unknown };
  return {
    enqueuedAt: timestamp,
    delayMillis: typeof delay === 'number' ? delay : undefined,
    attempt: attemptsMade + 1,
    isRedelivered: attemptsMade > 0 || stalledCounter > 0,
    isRepeating:
      (typeof repeatJobKey === 'string' && repeatJobKey !== '') || (typeof repeat === 'object' && repeat !== null),
  };
}
