import { spawnSync, type StdioOptions } from 'node:child_process';

import { npmEnvironment } from '../../scripts/npm-environment.mjs';

/** Installs a package into a folder of its own. */
export function npmInstall(folder: string, specifier: string): void {
  const args = ['install', '--no-save', '--no-package-lock', '--loglevel=error', '--prefix', folder, specifier];
  const stdio: StdioOptions = ['ignore', 'ignore', 'inherit'];
  const { status } = spawnSync('npm', args, { cwd: folder, env: npmEnvironment(), stdio });
  if (status !== 0) throw new Error(`${specifier} could not be installed`);
}
