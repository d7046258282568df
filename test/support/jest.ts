import { cachedInstall } from './cached-install.ts';
import { npmInstall } from './npm-install.ts';

/** Path of a folder in which Jest and its transformer for TypeScript are installed. */
export function jestFolder(): Promise<string> {
  return cachedInstall('jest-30', (draft) => npmInstall(draft, 'jest@30.5.2', 'ts-jest@29.4.15', 'typescript@5.9.3'));
}
