import { context, trace, type Context } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';

import { fieldOf, type Carrier } from '../carriers/carrier.ts';
import { within } from '../carriers/within.ts';
import { producing, producingBatch } from '../producing.ts';
import { replaceOnce } from '../replace-once.ts';
import { foregroundFor, inBackground } from './background.ts';
import { optionsOf, type Client } from './client.ts';
import { jobMetadata, jobOptions } from './job-metadata.ts';
import { jobAttributes, producerPlan, type HandledJob } from './job-plan.ts';

/** The methods of a queue that are replaced. */
export const QUEUE_METHODS = ['add', 'addBulk', 'upsertJobScheduler', 'emit'] as const;

/** Events of BullMQ that tell of another job than the one that was handled before, or of none. */
const OF_NO_JOB: ReadonlySet<unknown> = new Set(['active', 'drained']);

/** Jobs as `addBulk` takes them. */
export const jobs: Carrier<object> = within('opts', jobOptions);

/**
 * Traces what is added by a queue, or by all queues of a prototype. Options of a job that hold a context of the
 * application's own keep it.
 */
export function traceQueue(queue: object): void {
  replaceOnce<Queue>(queue, 'add', (original) => {
    return function add(this: Queue, name, data, options, ...rest) {
      if (optionsOf(this) === undefined) return original.call(this, name, data, options, ...rest);
      return producing(producerPlan(this.name, 'add', jobOptions), options, (sent) =>
        send(() => original.call(this, name, data, sent, ...rest)),
      );
    };
  });
  replaceOnce<Queue>(queue, 'addBulk', (original) => {
    return function addBulk(this: Queue, added, ...rest) {
      if (optionsOf(this) === undefined || !Array.isArray(added)) return original.call(this, added, ...rest);
      return producingBatch(producerPlan(this.name, 'addBulk', jobs), added as object[], (sent) =>
        send(() => original.call(this, sent, ...rest)),
      );
    };
  });
  replaceOnce<Queue>(queue, 'upsertJobScheduler', (original) => {
    return async function upsertJobScheduler(this: Queue, ...args) {
      if (optionsOf(this) !== undefined) traceScheduler((await this.jobScheduler) as object);
      return original.apply(this, args);
    };
  });
  traceEvents(queue);
}

/** A `Queue` of BullMQ. */
interface Queue extends Client {
  readonly name: string;
  readonly jobScheduler?: Promise<object>;
}

/**
 * Has a scheduler put the context on the jobs it makes, and not on the template that it stores. BullMQ asks its own
 * telemetry for the metadata in this way.
 */
function traceScheduler(scheduler: object): void {
  replaceOnce<Queue>(scheduler, 'trace', (original) => {
    return function traceOf(this: Queue, kind, operation, destination, work, ...rest) {
      if (operation !== 'add' || typeof work !== 'function' || optionsOf(this) === undefined) {
        return original.call(this, kind, operation, destination, work, ...rest);
      }
      return producing(producerPlan<unknown>(this.name, 'upsertJobScheduler', jobMetadata), undefined, (metadata) =>
        send(() => Reflect.apply(work, undefined, [undefined, metadata]) as unknown),
      );
    };
  });
}

/** Adds jobs, by commands that make no spans, and tells the span which job it was. */
export function send(work: () => unknown): unknown {
  const active = context.active();
  const result = context.with(inBackground(active), work);
  const isNoted = trace.getSpan(active)?.isRecording() === true;
  return isNoted && result instanceof Promise ? result.then((added: unknown) => noteJob(active, added)) : result;
}

function noteJob(inSpan: Context, added: unknown): unknown {
  guard('the attributes of a job', undefined, () => {
    const job = fieldOf(added, 'job') ?? added; // a flow is told by its jobs
    if (isJob(job)) trace.getSpan(inSpan)?.setAttributes(jobAttributes(job));
  });
  return added;
}

const isJob = (job: unknown): job is HandledJob => typeof job === 'object' && job !== null && !Array.isArray(job);

/** Has listeners run where the event belongs: their own work is no background work. */
export function traceEvents(
  emitter: object,
  ofNoJob: ReadonlySet<unknown> = OF_NO_JOB,
  note?: (...args: unknown[]) => void,
): void {
  replaceOnce<unknown>(emitter, 'emit', (original) => {
    return function emit(this: unknown, ...args) {
      note?.(...args);
      const foreground = foregroundFor(args[0], ofNoJob);
      return foreground === undefined
        ? original.apply(this, args)
        : context.with(foreground, () => original.apply(this, args));
    };
  });
}
