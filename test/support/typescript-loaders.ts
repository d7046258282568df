import { cachedInstall } from './cached-install.ts';
import { npmInstall } from './npm-install.ts';

/** Path of a folder in which ts-node, @swc-node/register and tsx are installed. */
export function typescriptLoadersFolder(): Promise<string> {
  return cachedInstall('typescript-loaders-1', (draft) =>
    npmInstall(
      draft,
      'ts-node@10.9.2',
      'typescript@5.9.3',
      '@swc-node/register@1.12.1',
      '@swc/core@1.16.22',
      'tsx@4.23.15',
    ),
  );
}
