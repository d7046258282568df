import { context } from '@opentelemetry/api';

import { replaceOnce } from '../replace-once.ts';
import { NOBODY } from './background.ts';
import { optionsOf, type Client } from './client.ts';
import { handlingOf, inSpan, noteFailure, openHandling, untilSettled } from './job-handling.ts';
import { takeIntoSandbox } from './sandbox.ts';
import { traceEvents } from './traced-queue.ts';

/** Methods by which a worker works all the time. */
const BACKGROUND_METHODS = ['run', 'startStalledCheckTimer', '_getNextJob', 'moveStalledJobsToWait', 'extendJobLocks'];

/** The methods of a worker that are replaced. */
export const WORKER_METHODS: readonly string[] = [
  'processJob',
  'callProcessJob',
  'handleFailed',
  'emit',
  ...BACKGROUND_METHODS,
];

/**
 * Traces the jobs that a worker handles, or all workers of a prototype. The span of a job lasts until BullMQ has settled
 * it; it is active in the processor and in listeners of `completed` and `failed`.
 */
export function traceWorker(worker: object): void {
  replaceOnce<Worker>(worker, 'processJob', (original) => {
    return function processJob(this: Worker, ...args) {
      const handling = openHandling(this, this.name, args[0]);
      if (handling === undefined) return original.apply(this, args);
      return untilSettled(handling, () => original.apply(this, args));
    };
  });
  replaceOnce<Worker>(worker, 'callProcessJob', (original) => {
    return function callProcessJob(this: Worker, ...args) {
      const handling = handlingOf(args[0]);
      if (handling === undefined) return original.apply(this, args);
      if (this.childPool !== undefined) takeIntoSandbox(args[0] as object, handling.context);
      return inSpan(handling, () => original.apply(this, args));
    };
  });
  replaceOnce<Worker>(worker, 'handleFailed', (original) => {
    return function handleFailed(this: Worker, ...args) {
      const handling = handlingOf(args[1]); // of a job, too, that no processor is called for
      if (handling !== undefined) noteFailure(handling, args[0]);
      return original.apply(this, args);
    };
  });
  for (const name of BACKGROUND_METHODS) traceBackground(worker, name);
  traceEvents(worker);
}

/** A `Worker` of BullMQ. */
interface Worker extends Client {
  readonly name: string;
  /** Present in a worker with a sandboxed processor. */
  readonly childPool?: object;
}

/** Has a method run in nobody's context, and its commands make no spans. */
export function traceBackground(client: object, name: string): void {
  replaceOnce<Client>(client, name, (original) => {
    return function background(this: Client, ...args) {
      return optionsOf(this) === undefined
        ? original.apply(this, args)
        : context.with(NOBODY, () => original.apply(this, args));
    };
  });
}
