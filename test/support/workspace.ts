import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a slash at its end. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

/** The types and the module of an entry, under one condition. */
interface EntryFiles {
  readonly types: string;
  readonly default: string;
}

/** The condition that Node takes, those of other loaders, and what stands under none. */
type EntryCondition = 'module-sync' | 'import' | 'require';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<
    Record<string, string | (Partial<EntryFiles> & Partial<Record<EntryCondition, EntryFiles>>)>
  >;
  readonly main?: string;
  readonly types?: string;
  readonly typesVersions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly sideEffects?: false | readonly string[];
  readonly publishConfig?: Readonly<Record<string, unknown>>;
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
