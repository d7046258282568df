import { createRequire } from 'node:module';

import type { ClewSdk } from './clew-sdk.ts';
import type { StartOptions } from './options/options.ts';

/**
 * Starts tracing, and metrics and logs where their exporter is named. A second call returns the running SDK. Everything
 * wrong in the environment and in the config file is said on stderr and ignored. Call it before the modules that are
 * to be traced are loaded; `node --import @clew/sdk/register` does.
 *
 * It runs the same bundle as the preload: a config file that imports `defineConfig` must not load the SDK a second time.
 *
 * @throws ConfigurationError for a mistake in `options`
 */
export function start(options: StartOptions = {}): ClewSdk {
  const { start: startBundle } = createRequire(import.meta.url)('./preload.cjs') as typeof import('./start.ts');
  return startBundle(options);
}
