import type { ClewSdk } from './clew-sdk.ts';

const RUNNING = Symbol.for('clew.sdk.running');

// The preload is a bundle; `start()` in code, in another copy of this module, must find what it has started.
const shared = globalThis as { [RUNNING]?: ClewSdk | undefined };

/** Returns the SDK that runs in this thread, started by whichever copy of this package. */
export function runningSdk(): ClewSdk | undefined {
  return shared[RUNNING];
}

/** Makes an SDK the running one; `undefined` lets the next `start()` start anew. */
export function setRunningSdk(sdk: ClewSdk | undefined): void {
  if (sdk === undefined) delete shared[RUNNING];
  else shared[RUNNING] = sdk;
}
