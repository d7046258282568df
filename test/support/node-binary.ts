import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './workspace.ts';

/**
 * Path of a Node binary of a certain version, from the package that holds it for this platform; installed into a cache
 * beside the tests when it is not there yet.
 *
 * @param version exact, for example `22.15.0`
 */
export function nodeBinary(version: string): string {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(ROOT, 'test/.cache/node', version);
  const binary = join(folder, 'node_modules', name, 'bin/node');
  if (existsSync(binary)) return binary;
  process.stderr.write(`clew repo: fetching Node ${version}\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const args = [
    'install',
    '--no-save',
    '--no-package-lock',
    '--loglevel=error',
    '--prefix',
    folder,
    `${name}@${version}`,
  ];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0 || !existsSync(binary)) throw new Error(`Node ${version} could not be installed`);
  return binary;
}
