import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { trace, metrics, logs } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';

import { guard, writeLine } from '@clew/diagnostics';

import { listInstrumentations, unknownInstrumentations } from './instrumentation-list.ts';
import { createLazyInstrumentations, type LazyInstrumentations } from './lazy-instrumentations.ts';
import { installModuleHooks } from './module-hooks.ts';
import { noteProducers, PRODUCERS } from './note-producers.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { listsHosts } from '../propagation/share.ts';

/** What was installed, for `status()` and `shutdown()`. */
export interface InstalledInstrumentations {
  /** Short names, in the order in which the application loaded their targets. */
  active(): readonly string[];
  all(): readonly Instrumentation[];
}

/** They patch no module. The one for Lambda wraps the handler that the environment names. */
const AT_ONCE = ['fastify', 'console', 'runtime-node', 'host-metrics', 'aws-lambda'] as const;

/** The first thing that a `fetch` or a request by undici tells. */
const UNDICI_CHANNEL = 'undici:request:create';

// Hooks and patches outlive a shutdown; a second copy of this module would patch everything a second time.
let installed: InstalledInstrumentations | undefined;

/**
 * Hooks the loading of modules for everything the options leave on, and registers at once what needs no module. After
 * a shutdown the same instrumentations are connected to the new providers, with the options they were made with.
 *
 * @param isStartingUp whether this process still belongs to the trace that started it
 */
export function installInstrumentations(
  options: ResolvedOptions,
  env: NodeJS.ProcessEnv,
  isStartingUp: () => boolean,
): InstalledInstrumentations {
  for (const { name, where } of unknownInstrumentations(options)) {
    writeLine(`${where}: there is no instrumentation named ${name}; see the README for the short names`);
  }
  if (installed === undefined) installed = installFirst(options, env, isStartingUp);
  else for (const instrumentation of installed.all()) revive(instrumentation, options);
  for (const instrumentation of options.extraInstrumentations) connect(instrumentation, options);
  const { active, all } = installed;
  return { active, all: () => [...all(), ...options.extraInstrumentations] };
}

function installFirst(
  options: ResolvedOptions,
  env: NodeJS.ProcessEnv,
  isStartingUp: () => boolean,
): InstalledInstrumentations {
  const registered: Instrumentation[] = [];
  const lazy = createLazyInstrumentations(listInstrumentations(options, isStartingUp), (instrumentation) => {
    connect(instrumentation, options);
    registered.push(instrumentation);
  });
  installModuleHooks(lazy);
  for (const name of AT_ONCE) if (name !== 'aws-lambda' || env['_HANDLER']) lazy.activate(name);
  activateByChannel(lazy);
  return { active: lazy.active, all: () => registered };
}

function connect(instrumentation: Instrumentation, { propagate }: ResolvedOptions): void {
  const provider = trace.getTracerProvider();
  const notesTarget =
    PRODUCERS.has(instrumentation.instrumentationName) && (listsHosts(propagate) || propagate.messages !== 'all');
  instrumentation.setTracerProvider(notesTarget ? noteProducers(provider) : provider);
  instrumentation.setMeterProvider(metrics.getMeterProvider());
  instrumentation.setLoggerProvider?.(logs.getLoggerProvider());
  if (!instrumentation.getConfig().enabled) instrumentation.enable(); // most are when they are constructed
}

function revive(instrumentation: Instrumentation, options: ResolvedOptions): void {
  connect(instrumentation, options);
  instrumentation.enable();
}

/** undici needs no patch: it is loaded with the first request, whose message is handed on to it. */
function activateByChannel(lazy: LazyInstrumentations): void {
  const onFirstRequest = (message: unknown) => {
    unsubscribe(UNDICI_CHANNEL, onFirstRequest);
    const undici = lazy.activate('undici') as { onRequestCreated?(message: unknown): void } | undefined;
    guard('the first request of undici', undefined, () => undici?.onRequestCreated?.(message));
  };
  subscribe(UNDICI_CHANNEL, onFirstRequest);
}
