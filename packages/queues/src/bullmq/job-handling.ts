import { context, type Context } from '@opentelemetry/api';

import { openConsumption, type Consumption } from '../consuming.ts';
import { isTracingSetUp } from '../message-span.ts';
import { inBackground } from './background.ts';
import { optionsOf, type Client } from './client.ts';
import { isFailure, isHandling, withHandling } from './handling.ts';
import { consumerPlan, receivedJob, type HandledJob, type JobSystem } from './job-plan.ts';

/** A job that is being handled. */
export interface Handling {
  readonly consumption: Consumption;
  readonly job: object;
  readonly queue: string;
  /** For its processor, and for listeners of what becomes of it. */
  readonly context: Context;
  thrown: [] | [error: unknown];
}

const handlings = new WeakMap<object, Handling>(); // of workers that this copy of the module has traced

/** Begins to handle a job. `undefined` where there is nothing to trace, or where the job has its span already. */
export function openHandling(client: Client, queue: string, job: unknown, system?: JobSystem): Handling | undefined {
  if (!isTracingSetUp() || typeof job !== 'object' || job === null) return undefined;
  const options = optionsOf(client);
  if (options === undefined || isHandling(context.active(), queue)) return undefined;
  const consumption = openConsumption(consumerPlan(queue, options, system), receivedJob(job as HandledJob));
  if (consumption === undefined) return undefined;
  const handling: Handling = { consumption, job, queue, context: withHandling(consumption.context, queue), thrown: [] };
  handlings.set(job, handling);
  return handling;
}

/** The handling of a job, if it is traced. */
export function handlingOf(job: unknown): Handling | undefined {
  return typeof job === 'object' && job !== null ? handlings.get(job) : undefined;
}

/** Handles and settles a job, by commands that make no spans. Its span ends with that. */
export function untilSettled(handling: Handling, work: () => unknown): unknown {
  const { consumption, job } = handling;
  const end = () => {
    handlings.delete(job); // left to the garbage collector, entries cost it more than all else that is done here
    consumption.end(...handling.thrown);
  };
  try {
    const result = context.with(withHandling(inBackground(handling.context), handling.queue), work);
    if (result instanceof Promise) return result.finally(end);
    end();
    return result;
  } catch (error) {
    handling.thrown = [error];
    end();
    throw error;
  }
}

/** Runs the processor of a job in its span. */
export function inSpan(handling: Handling, work: () => unknown): unknown {
  if (handling.consumption.open === undefined) return context.with(handling.context, work); // nobody asks how it ended
  const rethrow = (error: unknown) => {
    noteFailure(handling, error);
    throw error;
  };
  try {
    const result = context.with(handling.context, work);
    return result instanceof Promise ? result.then((value: unknown) => value, rethrow) : result;
  } catch (error) {
    return rethrow(error);
  }
}

/** Notes by what a job has failed, unless it was only put off. */
export function noteFailure(handling: Handling, error: unknown): void {
  if (isFailure(error)) handling.thrown = [error];
}
