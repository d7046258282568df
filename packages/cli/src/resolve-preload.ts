import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Finds the module that instruments a command, as a file URL; `undefined` when it is not installed. */
export type FindPreload = () => string | undefined;

/**
 * Where the preload of `@clew/sdk` is.
 *
 * @returns a file URL, or `undefined` when it is not installed
 */
export function resolvePreload(): string | undefined {
  try {
    const url = import.meta.resolve('@clew/sdk/register');
    return existsSync(fileURLToPath(url)) ? url : undefined;
  } catch {
    return undefined;
  }
}
