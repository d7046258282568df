import { context, ROOT_CONTEXT, SpanKind, type Context } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';
import type { FlowProducer, Queue, Telemetry, Worker } from 'bullmq';

import { HIDDEN_SPAN } from './bullmq/hidden-span.ts';
import type { BullmqOptions } from './bullmq/job-plan.ts';
import { jobSpan } from './bullmq/job-span.ts';
import { metadataIn, withMetadata } from './bullmq/metadata-context.ts';
import { markOptions } from './bullmq/options-mark.ts';
import { sendingSpan } from './bullmq/sending-span.ts';
import { traceFlowProducer } from './bullmq/traced-flow-producer.ts';
import { traceQueue } from './bullmq/traced-queue.ts';
import { traceWorker } from './bullmq/traced-worker.ts';
import { withoutTracing } from './suppressed.ts';

export type { BullmqOptions, HandledJob } from './bullmq/job-plan.ts';
export { tracedProcessor } from './bullmq/traced-processor.ts';

/**
 * Traces what a queue adds, by `add`, `addBulk` and `upsertJobScheduler`; returns the queue. Options of jobs are not
 * written to, and a context that stands in them is kept.
 */
export function tracedQueue<Traced extends Pick<Queue, 'add'>>(queue: Traced): Traced {
  guard('tracing a queue of BullMQ', undefined, () => traceQueue(queue));
  return queue;
}

/** Traces what a flow producer adds: one span a call, whose context all its jobs carry. Returns the flow producer. */
export function tracedFlowProducer<Traced extends Pick<FlowProducer, 'add'>>(producer: Traced): Traced {
  guard('tracing a flow producer of BullMQ', undefined, () => traceFlowProducer(producer));
  return producer;
}

/** Handles each job of a worker in a consumer span, which knows all of the job; returns the worker. */
export function tracedWorker<Traced extends Pick<Worker, 'run'>>(worker: Traced, options: BullmqOptions = {}): Traced {
  guard('tracing a worker of BullMQ', undefined, () => traceWorker(markOptions(worker, options)));
  return worker;
}

/**
 * The `telemetry` option of BullMQ's `Queue`, `Worker` and `FlowProducer`: a producer span for what is added, a consumer
 * span for each job that is handled, and none for anything else that BullMQ does. Never throws, whatever stands on a job.
 *
 * BullMQ tells its telemetry little of a job: no delay, no type of an error. Where the client itself is traced, by the
 * preload or by `tracedWorker` and its like, this makes no spans and gives its options.
 *
 * @see https://docs.bullmq.io/guide/telemetry
 * @example
 * new Worker('mail', handler, { connection, telemetry: bullmqTelemetry() });
 */
export function bullmqTelemetry(options: BullmqOptions = {}): Telemetry<Context> {
  const telemetry: Telemetry<Context> = {
    tracer: {
      startSpan(_name, given, parent) {
        const kind: number | undefined = given?.kind;
        if (kind === SpanKind.PRODUCER) return sendingSpan();
        return kind === SpanKind.CONSUMER ? jobSpan(options, parent) : HIDDEN_SPAN;
      },
    },
    contextManager: {
      with: (given: Context, work) => context.with(given, work) as never,
      active: () => context.active(),
      root: () => withoutTracing(ROOT_CONTEXT),
      getMetadata: metadataIn,
      fromMetadata: withMetadata,
    },
  };
  return markOptions(telemetry, options);
}
