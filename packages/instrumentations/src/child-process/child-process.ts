import type { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

import { guard } from '@clew/diagnostics';
import type { InstrumentationConfig } from '@opentelemetry/instrumentation';

import { environmentChanges, type Environment, type EnvironmentChanges } from './environment-changes.ts';
import { HooklessInstrumentation } from '../hookless-instrumentation.ts';

/** Options of `ChildProcessInstrumentation`. */
export interface ChildProcessInstrumentationConfig extends InstrumentationConfig {
  /**
   * The environment of this process, `process.env`: a child gets it unless it is given another. It is read, never
   * written.
   */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Whether the process still works for the trace that started it, which it read from its own environment. While it
   * does, a child started outside of any span gets that trace handed on; later it gets none. Default: always.
   */
  readonly isStartingUp?: () => boolean;
}

type AnyFunction = (...all: unknown[]) => unknown;
type Patched = Record<string, AnyFunction>;

/** How the position of the options of a function is found among what it was called with. */
const OPTIONS_INDEX: Record<string, (all: unknown[]) => number> = {
  spawnSync: indexAfterList,
  execFileSync: indexAfterList,
  execSync: () => 1,
};

/**
 * A process that is started inside a span continues its trace: its environment carries `TRACEPARENT`, `TRACESTATE` and
 * `BAGGAGE`, or the fields of whichever propagator is registered. It makes no spans of its own, and writes to no
 * options and no environment that it is given. It needs no hook: enabling it patches `child_process` at once.
 */
export class ChildProcessInstrumentation extends HooklessInstrumentation<ChildProcessInstrumentationConfig> {
  /** @throws TypeError without `env` */
  constructor(config: ChildProcessInstrumentationConfig) {
    super('@clew/instrumentations/child-process', config);
    const { env, isStartingUp = () => true } = config;
    if (!isObject(env)) throw new TypeError('expected the environment of the process as env of the config, got none');
    const changesFor = ({ variable }: StartedProcess) =>
      environmentChanges(variable, (name) => env[name], isStartingUp());
    this.whileEnabled(() => changeChildEnvironments('handing the trace to a child process', env, changesFor));
  }
}

/** A process that is about to be started. */
export interface StartedProcess {
  /** Reads one variable of its environment. */
  readonly variable: Environment;
  /** The program and its arguments, or the command of a shell. */
  readonly args: readonly string[];
}

/**
 * Changes the environment of every process that is started from now on, by whichever function of `child_process` or
 * `cluster`. No options and no environment that are given are written to, nor is `env`. What `changesFor` throws is
 * reported as a failure of `task`, and the process is started as asked.
 *
 * @param env the environment of this process, which a child gets unless it is given another
 * @returns takes the patches back
 */
export function changeChildEnvironments(
  task: string,
  env: NodeJS.ProcessEnv,
  changesFor: (child: StartedProcess) => EnvironmentChanges,
): () => void {
  return patchAll({ task, env, changesFor });
}

interface Changing {
  readonly task: string;
  readonly env: NodeJS.ProcessEnv;
  changesFor(child: StartedProcess): EnvironmentChanges;
}

/** Returns how to take the patches back. */
function patchAll(changing: Changing): () => void {
  const { task } = changing;
  const childProcess = process.getBuiltinModule('node:child_process'); // loaded here, not at the start of every process
  // spawn, fork, exec, execFile and cluster all start their process by this method; the synchronous ones do not.
  const prototype = childProcess.ChildProcess.prototype as ChildProcess & { spawn: AnyFunction };
  const restorers = [
    patch(prototype as unknown as Patched, 'spawn', task, ([options]) => [withPairs(options, changing)]),
  ];
  for (const [name, indexOf] of Object.entries(OPTIONS_INDEX)) {
    const withContext = (all: unknown[]) => withEnvironment(all, indexOf(all), changing);
    restorers.push(patch(childProcess as unknown as Patched, name, task, withContext));
  }
  syncBuiltinESMExports();
  return () => {
    for (const restore of restorers) restore();
    syncBuiltinESMExports();
  };
}

/** Replaces a function by one that is called with other arguments; returns how to take it back. */
function patch(owner: Patched, name: string, task: string, withContext: (all: unknown[]) => unknown[]): () => void {
  const original = owner[name];
  if (original === undefined) return () => {};
  const patched = new Proxy(original, {
    apply(target, self, all: unknown[]) {
      const changed = guard(task, all, () => withContext(all));
      return Reflect.apply(target, self, changed);
    },
  });
  owner[name] = patched;
  return () => {
    if (owner[name] === patched) owner[name] = original;
  };
}

/** The options Node makes for itself, with the environment as `NAME=value`. */
function withPairs(options: unknown, { changesFor }: Changing): unknown {
  if (!isObject(options) || !('envPairs' in options) || !Array.isArray(options.envPairs)) return options;
  const pairs = options.envPairs as string[];
  const variable = (name: string) => pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  const args = 'args' in options ? textsOf(options.args) : [];
  const changes = changesFor({ variable, args });
  if (changes.size === 0) return options;
  const envPairs = pairs.filter((pair) => !changes.has(pair.slice(0, pair.indexOf('='))));
  for (const [name, value] of changes) if (value !== undefined) envPairs.push(`${name}=${value}`);
  return { ...options, envPairs };
}

/** Calls that Node will refuse are left as they are: the error is Node's to throw. */
function withEnvironment(all: unknown[], index: number, changing: Changing): unknown[] {
  const options = all[index] ?? {};
  if (index < 0 || all[index] === null || !isObject(options)) return all;
  const given = 'env' in options && isObject(options.env) ? options.env : changing.env;
  const variable = (name: string) => Reflect.get(given, name) as string | undefined;
  const changes = changing.changesFor({ variable, args: all.slice(0, index).flatMap(textsOf) });
  if (changes.size === 0) return all;
  const env: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const name in given) env[name] = Reflect.get(given, name); // inherited ones too, as Node reads it
  for (const [name, value] of changes) env[name] = value;
  const copy: object = Object.assign(Object.create(Object.getPrototypeOf(options) as object | null), options, { env });
  return Object.assign([...all], { [index]: copy });
}

/** `(file, options?)` or `(file, list, options?)`; -1 for what is neither. */
function indexAfterList([, second]: unknown[]): number {
  if (Array.isArray(second) || second === undefined || second === null) return 2;
  return isObject(second) ? 1 : -1;
}

function textsOf(given: unknown): string[] {
  const all: unknown[] = Array.isArray(given) ? given : [given];
  return all.filter((each) => typeof each === 'string');
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
