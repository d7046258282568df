import { context, type Context } from '@opentelemetry/api';
import type { Attributes, Span } from 'bullmq';

import type { Carrier } from '../carriers/carrier.ts';
import { textMap } from '../carriers/text-map.ts';
import { openConsumption, type Consumption, type ConsumerPlan } from '../consuming.ts';
import { deliveryAttributes } from '../delivery.ts';
import { destinationNamed } from '../destination.ts';
import { isTracingSetUp } from '../message-span.ts';
import { isHandling, withHandling } from './handling.ts';
import { fieldsIn } from './job-metadata.ts';
import { JOB_NAME, type BullmqOptions } from './job-plan.ts';
import { metadataOfContext, sentAt } from './metadata-context.ts';
import { queueIn } from './sending-span.ts';

/**
 * The span of a job that is handled. BullMQ names its queue first, then asks for the context to handle it in.
 *
 * @param brought the context that was made of the job's metadata, if it has any
 */
export function jobSpan(options: BullmqOptions, brought: Context | undefined): Span<Context> {
  const metadata = metadataOfContext(brought);
  let queue = '';
  let consumption: Consumption | undefined;
  let thrown: [] | [error: unknown] = [];
  return {
    setSpanOnContext(given) {
      if (!isTracingSetUp() || isHandling(context.active(), queue)) return given;
      consumption = openConsumption(planOf(queue, options), fieldsIn(metadata));
      return withHandling(consumption?.context ?? given, queue);
    },
    setAttribute: (name, value) => noteJob(consumption, { [name]: value }),
    setAttributes(attributes) {
      queue = queueIn(attributes) ?? queue;
      noteJob(consumption, attributes);
    },
    addEvent(name, attributes) {
      const reason = attributes?.['bullmq.job.failed.reason'];
      if (name === 'job failed') thrown = [errorOf(reason)];
    },
    recordException(error) {
      thrown = [error];
    },
    end: () => consumption?.end(...thrown),
  };
}

function planOf(queue: string, { relation, maxParentAgeMillis }: BullmqOptions): ConsumerPlan<object | undefined> {
  const carrier = textMap as Carrier<object | undefined>;
  return {
    destination: destinationNamed('bullmq', queue),
    carrier,
    relation,
    maxParentAgeMillis,
    delivery: (fields) => ({ enqueuedAt: sentAt((name) => carrier.get(fields, name)) }),
  };
}

/** BullMQ tells nothing of an error but its message. */
function errorOf(reason: unknown): Error {
  return Object.assign(new Error(typeof reason === 'string' ? reason : ''), { stack: '' });
}

function noteJob(consumption: Consumption | undefined, attributes: Attributes): void {
  const span = consumption?.open?.span;
  if (span === undefined) return;
  const { 'bullmq.job.id': id, [JOB_NAME]: name, 'bullmq.job.attempts.made': attempt } = attributes;
  if (typeof id === 'string') span.setAttribute('messaging.message.id', id);
  if (typeof name === 'string') span.setAttribute(JOB_NAME, name);
  if (typeof attempt === 'number') span.setAttributes(deliveryAttributes({ attempt }, Date.now()));
}
