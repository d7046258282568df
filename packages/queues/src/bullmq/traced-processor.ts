import { guard, readProperty } from '@clew/diagnostics';
import { context } from '@opentelemetry/api';
import { runInOpenSpan } from '@clew/spans/internal';

import { openConsumption } from '../consuming.ts';
import { isTracingSetUp } from '../message-span.ts';
import { consumerPlan, receivedJob, type BullmqOptions, type HandledJob, type JobSystem } from './job-plan.ts';
import { contextInSandbox } from './sandbox.ts';
import { isFailure, isHandling, withHandling } from './handling.ts';

/**
 * Makes a processor handle each job in a consumer span, with all that the job tells: time in queue, delay, attempt. For
 * files of sandboxed processors, which the `telemetry` option of a worker does not reach. Under that option, or the
 * preload, it adds nothing. Returns and throws what the processor does.
 *
 * @example
 * export default tracedProcessor(async (job) => sendMail(job.data));
 */
export function tracedProcessor<Job extends HandledJob, Rest extends unknown[], Result>(
  processor: (job: Job, ...rest: Rest) => Result,
  options: BullmqOptions = {},
): (job: Job, ...rest: Rest) => Result {
  return traceProcessor(processor, options, 'bullmq');
}

/** The same for either client. */
export function traceProcessor<Job extends HandledJob, Rest extends unknown[], Result>(
  processor: (job: Job, ...rest: Rest) => Result,
  options: BullmqOptions,
  system: JobSystem,
): (job: Job, ...rest: Rest) => Result {
  function traced(this: unknown, job: Job, ...rest: Rest): Result {
    const work = () => Reflect.apply(processor, this, [job, ...rest]);
    const queue = queueOf(job);
    if (!isTracingSetUp() || isHandling(context.active(), queue)) return work();
    const inSpan = guard('the context of a sandboxed job', undefined, () => contextInSandbox(job));
    if (inSpan !== undefined) return context.with(inSpan, work);
    const consumption = openConsumption(consumerPlan(queue, options, system), receivedJob(job));
    if (consumption?.open === undefined) return consumption ? context.with(consumption.context, work) : work();
    const { open } = consumption;
    const plan = { ...open.plan, options: { ...open.plan.options, isError: isFailure } };
    return runInOpenSpan({ ...open, plan, context: withHandling(open.context, queue) }, work);
  }
  // BullMQ hands a signal to processors that take three arguments.
  return Object.defineProperties(traced, {
    name: { value: processor.name, configurable: true },
    length: { value: processor.length, configurable: true },
  });
}

function queueOf(job: HandledJob): string {
  const queue = readProperty(job, 'queueName');
  return typeof queue === 'string' ? queue : '';
}
