import type { ClewSdk, Status } from './clew-sdk.ts';
import { setRunningSdk } from './running-sdk.ts';

const NOTHING = { recorded: 0, sent: 0, dropped: {}, queued: 0, queuedBytes: 0 };

/** The handle where nothing runs. */
export function createIdleSdk(state: Status['state']): ClewSdk {
  const nothing = () => Promise.resolve();
  const shutdown = async () => setRunningSdk(undefined);
  return {
    flush: nothing,
    shutdown,
    status: () => ({ state, instrumentations: [], traces: NOTHING, metrics: NOTHING, logs: NOTHING }),
    [Symbol.asyncDispose]: shutdown,
  };
}
