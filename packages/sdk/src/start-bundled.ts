import type { ClewSdk } from './clew-sdk.ts';
import { createIdleSdk } from './idle-sdk.ts';
import { loadPreload } from './load-preload.ts';
import { loadedModules } from './otel/loaded-modules.ts';
import type { StartOptions } from './options/options.ts';
import { isSupportedNode } from './supported-node.ts';

let isProblemTold = false; // a second copy of this module says it once more, no harm

/**
 * Starts tracing, and metrics and logs where their exporter is named. A second call returns the running SDK. Everything
 * wrong in the environment and in the config file is said on stderr and ignored. Call it before the modules that are
 * to be traced are loaded, as `node --import @clew/sdk/register` does; one line names those that were. Where it cannot run, as on an older Node, one line
 * says so, and nothing is traced.
 *
 * It runs the same bundle as the preload: a config file that imports `defineConfig` must not load the SDK a second time.
 *
 * @throws ConfigurationError for a mistake in `options`
 */
export function start(options: StartOptions = {}): ClewSdk {
  const before = isSupportedNode(process.versions.node) ? loadedModules() : undefined; // the bundle loads builtins itself
  const loaded = loadPreload();
  if ('bundle' in loaded) return loaded.bundle.start(options, before);
  if (!isProblemTold) process.stderr.write(`clew: ${loaded.problem}; nothing is traced\n`);
  isProblemTold = true;
  return createIdleSdk('unsupported');
}
