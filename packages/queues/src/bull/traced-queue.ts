import { noteFailure, handlingOf, inSpan, openHandling, untilSettled } from '../bullmq/job-handling.ts';
import type { Client } from '../bullmq/client.ts';
import { jobOptions } from '../bullmq/job-metadata.ts';
import { producerPlan } from '../bullmq/job-plan.ts';
import { takeIntoSandbox } from '../bullmq/sandbox.ts';
import { jobs, send, traceEvents } from '../bullmq/traced-queue.ts';
import { traceBackground } from '../bullmq/traced-worker.ts';
import { producing, producingBatch } from '../producing.ts';
import { replaceOnce } from '../replace-once.ts';

/** Methods by which a queue with a processor works all the time. */
const BACKGROUND_METHODS = [
  'run',
  '_initProcess',
  'setWorkerName',
  'getNextJob',
  'moveUnlockedJobsToWait',
  'updateDelayTimer',
];

/** The methods of a queue that are replaced. */
export const QUEUE_METHODS: readonly string[] = [
  'add',
  'addBulk',
  'setHandler',
  'processJob',
  'emit',
  ...BACKGROUND_METHODS,
];

/** A `Queue` of Bull: it adds jobs, and handles them where it has a processor. */
interface Queue extends Client {
  readonly name: string;
  /** By the names of jobs. */
  readonly handlers?: Record<string, Handler>;
  /** Present in a queue with sandboxed processors. */
  readonly childPool?: object;
}

type Handler = (this: unknown, ...args: unknown[]) => unknown;

/** Traces the jobs that a queue adds and handles, or all queues of a prototype. */
export function traceBullQueue(queue: object): void {
  traceAdding(queue);
  replaceOnce<Queue>(queue, 'processJob', (original) => {
    return function processJob(this: Queue, ...args) {
      const self = Object.hasOwn(queue, 'handlers') ? (queue as Queue) : this; // a queue calls its own one without it
      const handling = openHandling(self, self.name, args[0], 'bull');
      if (handling === undefined) return original.apply(self, args);
      return untilSettled(handling, () => original.apply(self, args));
    };
  });
  replaceOnce<Queue>(queue, 'setHandler', (original) => {
    return function setHandler(this: Queue, ...args) {
      const result = original.apply(this, args);
      traceHandlers(this);
      return result;
    };
  });
  traceHandlers(queue as Queue);
  for (const name of BACKGROUND_METHODS) traceBackground(queue, name);
  traceEvents(queue, OF_NO_JOB, noteFailedJob);
}

const OF_NO_JOB: ReadonlySet<unknown> = new Set(['drained']);

/** A job can fail by more than its processor: by a timeout, or because there is none for its name. */
function noteFailedJob(event: unknown, job: unknown, error: unknown): void {
  const handling = event === 'failed' ? handlingOf(job) : undefined;
  if (handling !== undefined) noteFailure(handling, error);
}

/** Has the processors that a queue has by now run in the span of their job. */
function traceHandlers({ handlers = {}, childPool }: Queue): void {
  for (const name of Object.keys(handlers)) {
    replaceOnce<unknown>(handlers, name, (original) => {
      return function handle(this: unknown, ...args) {
        const handling = handlingOf(args[0]);
        if (handling === undefined) return original.apply(this, args);
        if (childPool !== undefined) takeIntoSandbox(args[0] as object, handling.context, 'toJSON');
        return inSpan(handling, () => original.apply(this, args));
      };
    });
  }
}

function traceAdding(queue: object): void {
  replaceOnce<Queue>(queue, 'add', (original) => {
    return function add(this: Queue, ...args) {
      const at = typeof args[0] === 'string' ? 2 : 1; // the name of the job may be left out
      return producing(producerPlan(this.name, 'add', jobOptions, 'bull'), args[at], (options) =>
        send(() => original.apply(this, options === args[at] ? args : withArgument(args, at, options))),
      );
    };
  });
  replaceOnce<Queue>(queue, 'addBulk', (original) => {
    return function addBulk(this: Queue, added, ...rest) {
      if (!Array.isArray(added)) return original.call(this, added, ...rest);
      return producingBatch(producerPlan(this.name, 'addBulk', jobs, 'bull'), added as object[], (sent) =>
        send(() => original.call(this, sent, ...rest)),
      );
    };
  });
}

function withArgument(args: readonly unknown[], at: number, value: unknown): unknown[] {
  const copy = [...args];
  copy[at] = value;
  return copy;
}
