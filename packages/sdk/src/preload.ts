import { describeError, writeLine } from '@clew/diagnostics';

import { noteForRun } from './note-for-run.ts';
import { runningSdk } from './running-sdk.ts';
import { start } from './start.ts';

export { ConfigurationError } from './options/configuration-error.ts';
export { start } from './start.ts';

/** `start()` for the preload: whatever goes wrong, the application runs. */
export function preload(): void {
  try {
    if (runningSdk() === undefined) start();
  } catch (error) {
    writeLine(`could not start, nothing is traced: ${describeError(error)}`);
    noteForRun(process.env, () => ({ event: 'failed' }));
  }
}
