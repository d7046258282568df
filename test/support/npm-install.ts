import { spawnSync, type StdioOptions } from 'node:child_process';

import { npmEnvironment } from '../../scripts/npm-environment.mjs';

const OPTIONS = ['--no-save', '--no-package-lock', '--legacy-peer-deps', '--loglevel=error'];

/** Installs packages into a folder of their own, without what they would only like to have beside them. */
export function npmInstall(folder: string, ...specifiers: string[]): void {
  const args = ['install', ...OPTIONS, '--prefix', folder, ...specifiers];
  const stdio: StdioOptions = ['ignore', 'ignore', 'inherit'];
  const { status } = spawnSync('npm', args, { cwd: folder, env: npmEnvironment(), stdio });
  if (status !== 0) throw new Error(`${specifiers.join(' ')} could not be installed`);
}
