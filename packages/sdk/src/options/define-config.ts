import type { StartOptions } from './options.ts';

/** Types the options of a `clew.config.*` file; returns them as they are. */
export function defineConfig(options: StartOptions): StartOptions {
  return options;
}
