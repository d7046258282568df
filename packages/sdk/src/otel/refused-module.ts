import { readProperty, writeLine } from '@clew/diagnostics';

let isTold = false; // a second copy of this module would tell it once more

/**
 * Says once that Node was told not to `require` ES modules, if that is what an error is about: some of our files are ES
 * modules, and are read when they are needed.
 *
 * @returns false for any other error
 */
export function reportRefusedModule(error: unknown): boolean {
  if (process.features.require_module || readProperty(error, 'code') !== 'ERR_REQUIRE_ESM') return false;
  if (isTold) return true;
  isTold = true;
  writeLine(
    `Node ${process.version} does not require ES modules (--no-require-module), so parts of Clew are missing; leave that option out`,
  );
  return true;
}
