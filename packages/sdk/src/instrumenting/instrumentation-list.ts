import { createRequire } from 'node:module';

import { ChildProcessInstrumentation } from '@clew/instrumentations/child-process';
import { ConsoleInstrumentation } from '@clew/instrumentations/console';
import { FastifyInstrumentation } from '@clew/instrumentations/fastify';
import type { Instrumentation } from '@opentelemetry/instrumentation';

import { catalogueRequire, type Target } from '../otel/catalogue.ts';
import { withHttpHooks } from './http-hooks.ts';
import type { LazyInstrumentation } from './lazy-instrumentations.ts';
import { isLogger, loggerConfig, wantsLines } from '../options/logger-options.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { listsHosts } from '../propagation/share.ts';
import { TARGETS } from './targets.generated.ts';
import { withUndiciHooks } from './undici-hooks.ts';

/** A library that an instrumentation is for, whoever wrote it. */
interface Entry {
  readonly name: string;
  readonly modules: readonly string[];
  readonly withFiles: readonly string[];
  load(config: object): Instrumentation;
}

/** Names of the libraries that are instrumented only when asked for: their spans drown the others'. */
const OFF_BY_DEFAULT: ReadonlySet<string> = new Set(['net', 'dns', 'fs', 'host-metrics']);
/** They measure and make no spans. */
const METRICS_ONLY: ReadonlySet<string> = new Set(['runtime-node', 'host-metrics']);
/** Upstream's, replaced by our own. */
const REPLACED: ReadonlySet<string> = new Set(['pino', 'winston', 'bunyan']);

const require = createRequire(import.meta.url);

/** Our own; those that patch modules are loaded when they are needed. */
const OWN: readonly Entry[] = [
  { name: 'fastify', modules: [], withFiles: [], load: () => new FastifyInstrumentation() },
  patching('hono', 'HonoInstrumentation'),
  patching('pino', 'PinoInstrumentation'),
  patching('winston', 'WinstonInstrumentation'),
  patching('bunyan', 'BunyanInstrumentation'),
  { name: 'console', modules: [], withFiles: [], load: (config) => new ConsoleInstrumentation(config) },
];

function patching(name: string, className: string): Entry {
  const packageName = `@clew/instrumentations/${name}`;
  return entryOf({ name, packageName, className, modules: [name], withFiles: [] }, () => require);
}

/** Every instrumentation that these options leave on, waiting for its target. */
export function listInstrumentations(options: ResolvedOptions, isStartingUp: () => boolean): LazyInstrumentation[] {
  const childProcess: Entry = {
    name: 'child-process',
    modules: ['child_process', 'cluster'],
    withFiles: [],
    // Variables that are handed on as they are pass no propagator, which could leave some of them out.
    load: () =>
      new ChildProcessInstrumentation({
        env: process.env,
        isStartingUp: () => options.propagate.children === 'all' && isStartingUp(),
      }),
  };
  const notesTarget = listsHosts(options.propagate);
  const configFor = (name: string) => {
    const config = configOf(name, options);
    if (name === 'http') return withHttpHooks(config, { notesTarget, traceResponse: options.traceResponse });
    return name === 'undici' && notesTarget ? withUndiciHooks(config) : config;
  };
  return [...TARGETS.filter(({ name }) => !REPLACED.has(name)).map((target) => entryOf(target)), ...OWN, childProcess]
    .filter(({ name }) => isOn(name, options))
    .map((entry) => ({ ...entry, create: () => entry.load(configFor(entry.name)) }));
}

/** Whether these options ask for a library: what code or the file say of it, else the two lists, else its default. */
export function isOn(name: string, options: ResolvedOptions): boolean {
  if (isLogger(name) && !wantsLines(options)) return false;
  if (METRICS_ONLY.has(name) && !hasMetrics(options)) return false;
  const own = options.instrumentations[name];
  if (own !== undefined) return own !== false;
  const { enabledInstrumentations: enabled, disabledInstrumentations: disabled } = options;
  if (disabled.includes(name)) return false;
  return enabled.length > 0 ? enabled.includes(name) : !OFF_BY_DEFAULT.has(name);
}

/** What is passed to the instrumentation's constructor. */
function configOf(name: string, options: ResolvedOptions): object {
  const own = options.instrumentations[name];
  return { ...(isLogger(name) && loggerConfig(options)), ...(typeof own === 'object' && own) };
}

/** Short names that stand in the options and belong to no instrumentation. */
export function unknownInstrumentations(options: ResolvedOptions): { readonly name: string; readonly where: string }[] {
  const known = new Set([...TARGETS, ...OWN].map(({ name }) => name).concat('child-process'));
  const named: readonly (readonly [where: string, names: readonly string[]])[] = [
    ['instrumentations', Object.keys(options.instrumentations)],
    ['enabledInstrumentations (OTEL_NODE_ENABLED_INSTRUMENTATIONS)', options.enabledInstrumentations],
    ['disabledInstrumentations (OTEL_NODE_DISABLED_INSTRUMENTATIONS)', options.disabledInstrumentations],
  ];
  return named.flatMap(([where, names]) => {
    return names.filter((name) => !known.has(name)).map((name) => ({ name, where }));
  });
}

export function hasMetrics({ exporters, metricReaders }: ResolvedOptions): boolean {
  return metricReaders.length > 0 || exporters.metrics.some((name) => name !== 'none');
}

function entryOf({ name, packageName, className, modules, withFiles }: Target, requireOf = catalogueRequire): Entry {
  return {
    name,
    modules,
    withFiles,
    load: (config) => {
      const exports = requireOf()(packageName) as Record<string, new (config: object) => Instrumentation>;
      const Instrumentation = exports[className];
      if (Instrumentation === undefined) throw new TypeError(`${packageName} has no ${className}`);
      return new Instrumentation(config);
    },
  };
}
