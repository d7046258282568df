import { constants } from 'node:os';

/** How a process ends: with an exit code, or from a signal. */
export type Ending = { readonly code: number } | { readonly signal: NodeJS.Signals };

export const SUCCESS: Ending = { code: 0 };
export const FAILURE: Ending = { code: 1 };
export const USAGE_ERROR: Ending = { code: 2 };

/**
 * Ends this process the same way: whoever started it, e.g. a shell, sees what it would have seen from the child. Returns
 * when there is an exit code: the process ends with it once nothing is left to do.
 */
export function endLike(ending: Ending): void {
  if ('code' in ending) {
    process.exitCode = ending.code;
    return;
  }
  process.exitCode = 128 + constants.signals[ending.signal]; // for a signal that Node ignores, like SIGPIPE
  process.removeAllListeners(ending.signal);
  process.kill(process.pid, ending.signal);
}
