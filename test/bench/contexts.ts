// What it costs to make a context active, beside the context manager of OpenTelemetry: on this Node, where contexts travel by
// AsyncContextFrame, and on the oldest supported one, where async_hooks carry them.
import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';

import { createContextKey, ROOT_CONTEXT, type Context, type ContextManager } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

import { StartupContextManager } from '../../packages/sdk/src/propagation/startup-context.ts';
import { nodeBinary } from '../support/node-binary.ts';
import { OLDEST_NODE } from '../support/old-nodes.ts';
import { CALL_ROUNDS, CALL_TABLE_HEAD, compareCalls, type CallCase } from './compare-calls.ts';
import { machine } from './machine.ts';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));
const HERE = 'here';

const upstream = new AsyncLocalStorageContextManager();
const clew = new StartupContextManager(undefined); // the one that the preload registers
const storage = new AsyncLocalStorage<Context>();
const context = ROOT_CONTEXT.setValue(createContextKey('bench'), 1);
const self = {};
const add = (n: number) => n + 1;
const addAll = (a: number, b: number) => a + b;
const addLater = async (n: number) => {
  for (let count = 0; count < 5; count++) await Promise.resolve();
  return n + 1;
};

/** The same work with both managers, and without either. */
function pair(
  work: (manager: ContextManager) => (n: number) => unknown,
  name: string,
  without: (n: number) => unknown,
) {
  return { OpenTelemetry: work(upstream), Clew: work(clew), [name]: without };
}

const CASES: readonly CallCase[] = [
  {
    title: 'with()',
    candidates: pair(
      (manager) => (n) => manager.with(context, add, undefined, n),
      'AsyncLocalStorage.run()',
      (n) => storage.run(context, add, n),
    ),
    callsPerRound: 10_000,
  },
  {
    title: 'with(), `this` and two arguments',
    candidates: pair(
      (manager) => (n) => manager.with(context, addAll, self, n, n),
      'AsyncLocalStorage.run()',
      (n) => storage.run(context, addAll, n, n),
    ),
    callsPerRound: 10_000,
  },
  {
    title: 'with() of a function that awaits five times',
    candidates: pair(
      (manager) => (n) => manager.with(context, addLater, undefined, n),
      'AsyncLocalStorage.run()',
      (n) => storage.run(context, addLater, n),
    ),
    callsPerRound: 1000,
    isAsync: true,
  },
  {
    title: 'bind() of a function',
    candidates: pair(
      (manager) => () => manager.bind(context, () => {}),
      'AsyncLocalStorage.bind()',
      () => AsyncLocalStorage.bind(() => {}),
    ),
    callsPerRound: 5000,
  },
  {
    title: 'call of a bound function',
    candidates: pair(
      (manager) => manager.bind(context, add),
      'AsyncLocalStorage.bind()',
      storage.run(context, () => AsyncLocalStorage.bind(add)),
    ),
    callsPerRound: 10_000,
  },
  {
    title: 'emit() of a bound emitter, one listener',
    candidates: pair(
      (manager) => emitting(manager.bind(context, new EventEmitter())),
      'bare emitter',
      emitting(new EventEmitter()),
    ),
    callsPerRound: 10_000,
  },
  {
    title: 'with(), in it ten emit() of an emitter of that context',
    candidates: pair(
      (manager) => {
        const emitTen = repeated(emitting(manager.bind(context, new EventEmitter())));
        return (n) => manager.with(context, emitTen, undefined, n);
      },
      'bare emitter',
      repeated(emitting(new EventEmitter())),
    ),
    callsPerRound: 1000,
  },
  {
    title: 'bind(), four listeners, ten events, half of them heard',
    candidates: pair(
      (manager) => () => liveOnce(manager.bind(context, new EventEmitter())),
      'bare emitter',
      () => liveOnce(new EventEmitter()),
    ),
    callsPerRound: 1000,
  },
];

/** Runs the benchmark and returns its tables in Markdown. */
export async function run([where]: readonly string[]): Promise<string> {
  const rows: string[] = [];
  for (const each of CASES) rows.push(...(await compareCalls(each)));
  const own = [`${machine()}; medians of ${CALL_ROUNDS} interleaved rounds`, '', ...CALL_TABLE_HEAD, ...rows].join(
    '\n',
  );
  if (where === HERE) return own;
  const args = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', RUN, 'contexts', HERE];
  return `${own}\n\n${execFileSync(await nodeBinary(OLDEST_NODE), args, { encoding: 'utf8' })}`;
}

function emitting(emitter: EventEmitter): (n: number) => unknown {
  emitter.on('event', add);
  return (n) => emitter.emit('event', n);
}

function repeated(work: (n: number) => unknown): (n: number) => void {
  return (n) => {
    for (let count = 0; count < 10; count++) work(n);
  };
}

/** The life of a request or a response. */
function liveOnce(emitter: EventEmitter): void {
  emitter.on('data', add).on('end', add).once('close', add).on('error', add);
  for (const event of ['resume', 'readable', 'pause', 'prefinish', 'finish']) emitter.emit(event, 0);
  for (const event of ['data', 'data', 'data', 'end', 'close']) emitter.emit(event, 0);
  emitter.off('error', add);
}
