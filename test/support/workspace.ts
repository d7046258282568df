import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a slash at its end. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The packages that are published, with the folders they are in. */
export const PACKAGES: readonly { readonly folder: string; readonly manifest: Manifest }[] = readdirSync(
  `${ROOT}packages`,
).map((name) => {
  const folder = `${ROOT}packages/${name}/`;
  return { folder, manifest: JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as Manifest };
});
