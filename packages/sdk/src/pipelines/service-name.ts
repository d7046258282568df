import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Name and version of an application, as far as they are known. */
export interface PackageIdentity {
  readonly name?: string;
  readonly version?: string;
}

/**
 * Reads the `package.json` nearest to `directory`, upwards, that has a name: that of the application when `directory`
 * holds its main script. Never throws; nothing found is an empty identity.
 */
export function nearestPackage(directory: string): PackageIdentity {
  for (let at = directory; ; at = dirname(at)) {
    const found = readPackage(join(at, 'package.json'));
    if (found?.name !== undefined || at === dirname(at)) return found ?? {};
  }
}

function readPackage(path: string): PackageIdentity | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown; version?: unknown };
    return {
      ...(typeof name === 'string' && name !== '' && { name }),
      ...(typeof version === 'string' && { version }),
    };
  } catch {
    return undefined; // not there, not readable or not JSON: the next directory up may have one
  }
}
