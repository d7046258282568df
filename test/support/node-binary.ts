import { join } from 'node:path';

import { cachedInstall } from './cached-install.ts';
import { npmInstall } from './npm-install.ts';

/**
 * Path of a Node binary of a certain version, from the package that holds it for this platform; installed into the
 * cache when it is not there yet.
 *
 * @param version exact, for example `22.15.0`
 */
export async function nodeBinary(version: string): Promise<string> {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = await cachedInstall(`node-${version}`, (draft) => npmInstall(draft, `${name}@${version}`));
  return join(folder, 'node_modules', name, 'bin/node');
}
