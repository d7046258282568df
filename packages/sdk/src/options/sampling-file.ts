import { resolve } from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

const KEY = 'clew.sampling.file';

interface Settled {
  readonly given: string;
  readonly path: string;
}

/**
 * Absolute path of the policy file that `CLEW_SAMPLING_FILE` names. Like that of the config file it is settled at the
 * first start in a process, for all its threads, wherever the process changes its directory to.
 */
export function samplingFile(given: string): string {
  const known = getEnvironmentData(KEY) as Settled | undefined;
  if (known?.given === given) return known.path;
  const path = absolute(given);
  setEnvironmentData(KEY, { given, path } satisfies Settled);
  return path;
}

function absolute(given: string): string {
  try {
    return resolve(given);
  } catch {
    return given; // the working directory is gone
  }
}
