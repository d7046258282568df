import { spawnSync } from 'node:child_process';

/** Installs a package into a folder of its own. */
export function npmInstall(folder: string, specifier: string): void {
  const args = ['install', '--no-save', '--no-package-lock', '--loglevel=error', '--prefix', folder, specifier];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${specifier} could not be installed`);
}
