import { runPackageManager } from './run-package-manager.ts';

const OPTIONS = ['--no-save', '--no-package-lock', '--legacy-peer-deps', '--loglevel=error'];

/** Installs packages into a folder of their own, without what they would only like to have beside them. */
export async function npmInstall(folder: string, ...specifiers: string[]): Promise<void> {
  await runPackageManager(folder, ['npm', 'install', ...OPTIONS, '--prefix', folder, ...specifiers]);
}
