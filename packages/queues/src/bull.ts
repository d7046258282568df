import { guard } from '@clew/diagnostics';
import type { Queue } from 'bull';

import { traceBullQueue } from './bull/traced-queue.ts';
import type { BullmqOptions, HandledJob } from './bullmq/job-plan.ts';
import { markOptions } from './bullmq/options-mark.ts';
import { traceProcessor } from './bullmq/traced-processor.ts';

/** How jobs are handled. */
export type BullOptions = BullmqOptions;

/**
 * Traces the jobs that a queue of Bull adds and handles; returns the queue. The context travels in `telemetry.metadata` of
 * a job's options, never in its data. Options are not written to, and a context that stands in them is kept.
 *
 * @example
 * const queue = tracedQueue(new Queue('mail'));
 */
export function tracedQueue<Traced extends Pick<Queue, 'add'>>(queue: Traced, options: BullOptions = {}): Traced {
  guard('tracing a queue of Bull', undefined, () => traceBullQueue(markOptions(queue, options)));
  return queue;
}

/**
 * Makes a processor in a file of its own handle each job in the span that the traced queue has made for it, or in one of
 * its own. For processors that return a promise.
 */
export function tracedProcessor<Job extends HandledJob, Rest extends unknown[], Result>(
  processor: (job: Job, ...rest: Rest) => Result,
  options: BullOptions = {},
): (job: Job, ...rest: Rest) => Result {
  return traceProcessor(processor, options, 'bull');
}
