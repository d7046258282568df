import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The module that instruments a command. */
export interface Preload {
  /** An absolute path for `--require`. */
  readonly required: string;
  /** A URL for `--import`. */
  readonly imported: string;
}

/** Finds the preload; `undefined` when it is not installed. */
export type FindPreload = () => Preload | undefined;

/**
 * The preload of `@clew/sdk`.
 *
 * @returns `undefined` when it is not installed
 */
export function resolvePreload(): Preload | undefined {
  try {
    const required = createRequire(import.meta.url).resolve('@clew/sdk/register');
    const imported = import.meta.resolve('@clew/sdk/register');
    return existsSync(required) && existsSync(fileURLToPath(imported)) ? { required, imported } : undefined;
  } catch {
    return undefined;
  }
}
