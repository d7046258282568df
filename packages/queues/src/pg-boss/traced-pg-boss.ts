import { context } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';
import { replaceMethod } from '@clew/spans/internal';

import { fieldOf, type Carrier } from '../carriers/carrier.ts';
import { copyWith } from '../carriers/copy-with.ts';
import { destinationNamed } from '../destination.ts';
import { isTracingSetUp } from '../message-span.ts';
import { producing, producingBatch } from '../producing.ts';
import { withoutTracing, withTracing } from '../suppressed.ts';
import { jobData, stamped } from './job-data.ts';
import type { PgBossOptions } from './pg-boss-options.ts';
import { handleJobs, unpackJobs, type Job } from './received-jobs.ts';

/**
 * Traces an instance of pg-boss: jobs that it sends carry the context, its workers handle each in the trace of its sender,
 * and what it asks the database makes no spans. Call it before `start`. From 12.38 on pg-boss traces jobs itself, with the
 * option `openTelemetry: { propagateContext: true }`, and this keeps the rest quiet.
 *
 * @returns the same instance
 * @example
 * const boss = tracedPgBoss(new PgBoss(url));
 */
export function tracedPgBoss<Boss extends object>(boss: Boss, options: PgBossOptions = {}): Boss {
  return guard('tracing pg-boss', boss, () => {
    setOptions(boss, () => options);
    traceSilence(boss);
    if (!(NEW_IN_12_38 in boss)) traceJobs(boss);
    return boss;
  });
}

/** A method that came in the version which brought the tracing; the one before it was 12.35. */
const NEW_IN_12_38 = 'getInstances';

type Method = (this: object, ...args: unknown[]) => unknown;
type FindOptions = () => PgBossOptions | undefined;

// The preload and the application may each have a copy of this module, and one instance.
const OPTIONS: unique symbol = Symbol.for('clew.pg-boss.options') as never;

/** Notes the options of an instance, which go before those of its class, or of the class. */
export function setOptions(owner: object, find: FindOptions): void {
  Object.defineProperty(owner, OPTIONS, { value: find, configurable: true });
}

function optionsOf(boss: object): PgBossOptions | undefined {
  return (boss as { [OPTIONS]?: FindOptions })[OPTIONS]?.();
}

/** Keeps what an instance, or a class of them, asks the database on its own from making spans. */
export function traceSilence(owner: object): void {
  const methods = owner as Record<string, Method>;
  for (const name of methodsOf(owner).filter((each) => !OF_JOBS.has(each))) {
    replaceMethod(
      methods,
      name,
      (method) =>
        function (...args) {
          const call = () => Reflect.apply(method, this, name === 'work' ? withHandler(this, args) : args);
          return optionsOf(this) === undefined ? call() : context.with(withoutTracing(context.active()), call);
        },
    );
  }
  // Listeners are the application's.
  replaceMethod(
    methods,
    'emit',
    (emit) =>
      function (...args) {
        const call = () => Reflect.apply(emit, this, args);
        return optionsOf(this) === undefined ? call() : context.with(withTracing(context.active()), call);
      },
  );
}

const SENDS = ['send', 'sendAfter', 'sendThrottled', 'sendDebounced', 'publish'];

/** Those that pg-boss traces itself from 12.38 on, and we before. */
const OF_JOBS = new Set([...SENDS, 'insert', 'fetch', 'constructor']);

/** Names of the methods of pg-boss itself, without those of an emitter, and of a subclass: these are the application's. */
function methodsOf(owner: object): string[] {
  const prototype = prototypeOfPgBoss(owner);
  const isMethod = (name: string) => typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === 'function';
  const isOverridden = (name: string) => Reflect.get(owner, name) !== Reflect.get(prototype, name);
  return Object.getOwnPropertyNames(prototype).filter(
    (name) => isMethod(name) && (name === 'work' || !isOverridden(name)),
  );
}

/** The last one in the chain that sends. */
function prototypeOfPgBoss(owner: object): object {
  let found = owner;
  for (let each: object | null = owner; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    if (Object.hasOwn(each, 'send')) found = each;
  }
  return found;
}

/** Traces the jobs of an instance, or of a class of them, which does not do so itself. */
export function traceJobs(owner: object): void {
  const methods = owner as Record<string, Method>;
  Object.defineProperty(owner, TRACES_JOBS, { value: true, configurable: true });
  for (const name of SENDS) {
    replaceMethod(methods, name, (send) => tracedSend(name, send));
  }
  replaceMethod(methods, 'insert', tracedInsert);
  replaceMethod(
    methods,
    'fetch',
    (fetch) =>
      async function (...args) {
        const options = optionsOf(this);
        if (options === undefined) return Reflect.apply(fetch, this, args);
        const jobs = await context.with(withoutTracing(context.active()), () => Reflect.apply(fetch, this, args));
        unpackJobs(jobs, options);
        return jobs;
      },
  );
}

const TRACES_JOBS: unique symbol = Symbol.for('clew.pg-boss.traces-jobs') as never;

/** The arguments of `work`, of which the last one is the handler. */
function withHandler(boss: object, args: unknown[]): unknown[] {
  const handler = args.at(-1);
  const options = optionsOf(boss);
  if (typeof handler !== 'function' || options === undefined || !(TRACES_JOBS in boss)) return args;
  const handle = function (this: unknown, jobs: Job[], ...others: unknown[]) {
    unpackJobs(jobs, options);
    return handleJobs(jobs, () => Reflect.apply(handler, this, [jobs, ...others]) as unknown);
  };
  return [...args.slice(0, -1), handle];
}

function tracedSend(operation: string, send: Method): Method {
  return function (...args) {
    const options = isTracingSetUp() ? optionsOf(this) : undefined;
    const [first, data] = args;
    const isOneObject = typeof first === 'object' && first !== null;
    const name: unknown = isOneObject ? fieldOf(first, 'name') : first;
    if (options === undefined || typeof name !== 'string') return Reflect.apply(send, this, args);
    const given = isOneObject ? fieldOf(first, 'data') : data;
    const isDelayed =
      operation === 'sendAfter' ||
      fieldOf(isOneObject ? fieldOf(first, 'options') : args[2], 'startAfter') !== undefined;
    const plan = { destination: destinationNamed('pg-boss', name), carrier: carrierFor(options), operation };
    return producing(plan, given, (carrying) => {
      const sent = isDelayed ? carrying : stamped(carrying, given);
      if (sent === given) return Reflect.apply(send, this, args);
      return Reflect.apply(send, this, isOneObject ? [copyWith(first, 'data', sent)] : [first, sent, ...args.slice(2)]);
    });
  };
}

function tracedInsert(insert: Method): Method {
  return function (...args) {
    const options = isTracingSetUp() ? optionsOf(this) : undefined;
    const [name, jobs, ...others] = args;
    if (options === undefined || typeof name !== 'string' || !Array.isArray(jobs))
      return Reflect.apply(insert, this, args);
    const plan = {
      destination: destinationNamed('pg-boss', name),
      carrier: within(carrierFor(options)),
      operation: 'insert',
    };
    return producingBatch(plan, jobs as object[], (sent) => Reflect.apply(insert, this, [name, sent, ...others]));
  };
}

function carrierFor({ carriesContext = true }: PgBossOptions): Carrier<unknown> {
  return carriesContext ? jobData : { ...jobData, set: (data) => data };
}

/** The data inside a job that is inserted; one that can carry nothing stays the same object. */
function within(carrier: Carrier<unknown>): Carrier<object> {
  const dataOf = (job: object) => fieldOf(job, 'data');
  return {
    get: (job, name) => carrier.get(dataOf(job), name),
    keys: (job) => carrier.keys(dataOf(job)),
    set(job, fields) {
      const data = carrier.set(dataOf(job), fields);
      return data === dataOf(job) ? job : copyWith(job, 'data', data);
    },
  };
}
