import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { cachedInstall } from './cached-install.ts';
import { npmInstall } from './npm-install.ts';

const OLDER = ['5.6.3', '5.9.3', '6.0.3'];

/** The compilers that applications may have: those of the last years, and the one that builds us. */
export const TYPESCRIPT_VERSIONS: readonly string[] = [...OLDER, '7'];

/** Path of the `tsc` of one of `TYPESCRIPT_VERSIONS`. */
export async function typescriptCompiler(version: string): Promise<string> {
  if (!OLDER.includes(version)) {
    return join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  }
  const folder = await cachedInstall(`typescript-${version}`, (draft) => npmInstall(draft, `typescript@${version}`));
  return join(folder, 'node_modules/typescript/bin/tsc');
}
