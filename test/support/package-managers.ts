import { join } from 'node:path';

import { cachedInstall } from './cached-install.ts';
import { npmInstall } from './npm-install.ts';

/** Paths of the programs of pnpm and of yarn 1, which installs no peers. */
export async function packageManagers(): Promise<{ readonly pnpm: string; readonly yarn: string }> {
  const folder = await cachedInstall('package-managers-1', (draft) =>
    npmInstall(draft, 'pnpm@10.34.8', 'yarn@1.22.22'),
  );
  const modules = join(folder, 'node_modules');
  return { pnpm: join(modules, 'pnpm/bin/pnpm.cjs'), yarn: join(modules, 'yarn/bin/yarn.js') };
}
