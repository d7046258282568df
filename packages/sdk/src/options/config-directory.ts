import { resolve } from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** Variable with the directory in which `clew.config.*` is looked for. A traced process sets it for its children. */
export const CONFIG_DIRECTORY = 'CLEW_CONFIG_DIRECTORY';
/** Value of the variable where no config file is to be read. */
export const NO_DIRECTORY = 'none';

const KEY = 'clew.config.directory';

/**
 * Absolute path of the directory whose config file counts, or `none`. It is settled at the first start in a process, for
 * all its threads and later starts: the code in a directory that the process changes to is not run.
 */
export function configDirectory(env: NodeJS.ProcessEnv): string {
  const known = getEnvironmentData(KEY);
  if (typeof known === 'string') return known;
  const directory = directoryFrom(env[CONFIG_DIRECTORY]?.trim());
  setEnvironmentData(KEY, directory);
  return directory;
}

function directoryFrom(given: string | undefined): string {
  if (given === NO_DIRECTORY) return NO_DIRECTORY;
  try {
    return resolve(given ?? '');
  } catch {
    return NO_DIRECTORY; // the working directory is gone
  }
}
