import { context, trace, metrics, logs } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { Instrumentation } from '@opentelemetry/instrumentation';

import { guardedSubscribe, writeLine } from '@clew/diagnostics';

import { handDownConfig } from './hand-down-config.ts';
import { listInstrumentations, unknownInstrumentations } from './instrumentation-list.ts';
import { createLazyInstrumentations, type LazyInstrumentations } from './lazy-instrumentations.ts';
import { librariesOf, type Library } from './libraries-of.ts';
import type { FirstMessage, LibraryRow, Surroundings } from './library-row.ts';
import { makeUpFor } from './make-up-for.ts';
import { LIBRARY_TABLE } from './library-table.ts';
import { mistakenOptions } from './mistaken-options.ts';
import { installModuleHooks, patchBuiltin } from './module-hooks.ts';
import { mendUpstream } from './mend-upstream.ts';
import { shieldPatches } from './shield-patches.ts';
import { noteProducers, PRODUCERS } from './note-producers.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { noteRunning, ownTracers } from '../tracing/stand-in-tracer.ts';
import type { LoadedModules } from '../otel/loaded-modules.ts';
import { listsHosts } from '../propagation/share.ts';

/** The installed instrumentations, for `status()` and `shutdown()`. */
export interface InstalledInstrumentations {
  /** Short names, in the order in which the application loaded their targets. */
  active(): readonly string[];
  all(): readonly Instrumentation[];
}

// Hooks and patches outlive a shutdown; a second copy of this module would patch everything a second time.
let installed: InstalledInstrumentations | undefined;

/**
 * Hooks the loading of modules for everything the options leave on, and registers at once what needs no module. After
 * a shutdown the same instrumentations are connected to the new providers, with the options they were made with.
 *
 * @param loadedBefore where the application starts the SDK itself
 */
export function installInstrumentations(
  surroundings: Surroundings,
  loadedBefore?: LoadedModules,
  table: readonly LibraryRow[] = LIBRARY_TABLE,
): InstalledInstrumentations {
  const { options } = surroundings;
  const libraries = librariesOf(table);
  for (const { name, where } of unknownInstrumentations(libraries, options)) {
    writeLine(`${where}: there is no instrumentation named ${name}; see the README for the short names`);
  }
  for (const mistake of mistakenOptions(options)) writeLine(mistake);
  if (installed === undefined) installed = installFirst(libraries, surroundings, loadedBefore);
  else for (const instrumentation of installed.all()) revive(instrumentation, options);
  for (const instrumentation of options.extraInstrumentations) connect(instrumentation, options);
  const { active, all } = installed;
  return { active, all: () => [...all(), ...options.extraInstrumentations] };
}

function installFirst(
  libraries: readonly Library[],
  surroundings: Surroundings,
  loadedBefore: LoadedModules | undefined,
): InstalledInstrumentations {
  const registered: Instrumentation[] = [];
  const waiting = listInstrumentations(libraries, surroundings);
  // A copy that the application registers takes patches away and puts its own there; of listeners there are two.
  const listening = libraries.filter(({ starts }) => typeof starts === 'object');
  const register = (instrumentation: Instrumentation, name: string) => {
    mendUpstream(instrumentation, name);
    shieldPatches(instrumentation, name);
    connect(instrumentation, surroundings.options);
    const { replaces } = listening.find((each) => each.name === name) ?? {};
    if (replaces !== undefined) noteRunning(instrumentation.instrumentationName);
    for (const replaced of replaces ?? []) noteRunning(`@opentelemetry/instrumentation-${replaced}`);
    registered.push(instrumentation);
  };
  const lazy = createLazyInstrumentations(waiting, register, patchBuiltin, [handDownConfig(surroundings.env)]);
  installModuleHooks(lazy);
  for (const { name, starts } of waiting) {
    if (starts === 'at once') lazy.activate(name);
    else if (starts !== 'with its module') activateByMessage(lazy, name, starts);
  }
  if (loadedBefore !== undefined) makeUpFor(loadedBefore, waiting, lazy);
  return { active: lazy.active, all: () => registered };
}

function connect(instrumentation: Instrumentation, { propagate }: ResolvedOptions): void {
  const provider = ownTracers(trace.getTracerProvider());
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

function activateByMessage(lazy: LazyInstrumentations, name: string, { channels, handOn }: FirstMessage): void {
  const subscriptions = channels.map((channel) =>
    guardedSubscribe(channel, `the first message for the instrumentation ${name}`, (message) => {
      if (isTracingSuppressed(context.active())) return; // a request of an exporter
      for (const unsubscribe of subscriptions) unsubscribe();
      if (lazy.active().includes(name)) return; // it has subscribed itself
      const instrumentation = lazy.activate(name);
      if (instrumentation !== undefined) handOn(instrumentation, message);
    }),
  );
}
