import { tellUntold } from '@clew/diagnostics';

import { flushAtEnd } from './ending.ts';
import type { InstalledInstrumentations } from './install-instrumentations.ts';
import type { ResolvedOptions } from './options.ts';
import type { Pipeline } from './span-pipeline.ts';
import { createTally, type Tally } from './tally.ts';

/** What `status()` tells. */
export interface Status extends Readonly<Tally> {
  /** `foreign`: another OpenTelemetry SDK was there first, and Clew stays off. */
  readonly state: 'running' | 'disabled' | 'foreign' | 'shut down';
  /** Short names of the instrumentations that were loaded because the application loaded their target. */
  readonly instrumentations: readonly string[];
}

/** The running SDK. */
export interface ClewSdk extends AsyncDisposable {
  /** Sends what waits; resolves when it is sent or `shutdownTimeoutMillis` have passed; never rejects. */
  flush(): Promise<void>;
  /** Flushes and stops; a later `start()` starts anew. Never rejects. */
  shutdown(): Promise<void>;
  status(): Status;
}

/**
 * The handle on a running SDK, which flushes it when the process ends.
 *
 * @param unregister takes back what was registered globally
 */
export function createClewSdk(
  options: ResolvedOptions,
  tally: Tally,
  pipelines: readonly Pipeline[],
  installed: InstalledInstrumentations,
  unregister: () => void,
): ClewSdk {
  let state: Status['state'] = 'running';
  let recordedAtLastFlush = -1;
  let lastFlush = Promise.resolve();

  const recorded = () => pipelines.reduce((sum, pipeline) => sum + pipeline.recorded(), 0);
  const flush = () => {
    lastFlush = Promise.all([lastFlush, flushNow()]).then(() => {}); // what an earlier one took is in flight until then
    return lastFlush;
  };
  const flushNow = async () => {
    recordedAtLastFlush = recorded();
    const timeoutMillis = options.shutdownTimeoutMillis;
    // A timer that holds the process: nothing else of ours does.
    const deadline = setTimeout(() => pipelines.forEach((pipeline) => pipeline.abort()), timeoutMillis);
    await Promise.allSettled(pipelines.map((pipeline) => pipeline.flush(timeoutMillis + 1000)));
    clearTimeout(deadline);
  };
  const stopListening = flushAtEnd(flush, () => recorded() !== recordedAtLastFlush);
  process.once('exit', () => tellUntold());

  const shutdown = async () => {
    if (state === 'shut down') return;
    state = 'shut down';
    stopListening();
    await flush();
    for (const instrumentation of installed.all()) instrumentation.disable();
    await Promise.allSettled(pipelines.map((pipeline) => pipeline.shutdown()));
    unregister();
  };
  return {
    flush,
    shutdown,
    status: () => ({ state, instrumentations: installed.active(), ...tally, lost: { ...tally.lost } }),
    [Symbol.asyncDispose]: shutdown,
  };
}

/** The handle where nothing runs. */
export function createIdleSdk(state: Status['state']): ClewSdk {
  const nothing = () => Promise.resolve();
  return {
    flush: nothing,
    shutdown: nothing,
    status: () => ({ state, instrumentations: [], ...createTally() }),
    [Symbol.asyncDispose]: nothing,
  };
}
