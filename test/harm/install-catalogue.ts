import { cachedInstall } from '../support/cached-install.ts';
import { npmInstall } from '../support/npm-install.ts';
import { VERSIONS } from './versions.ts';

/** A folder with every library of the catalogue, named after their versions. */
export function installCatalogue(): Promise<string> {
  const key = Object.entries(VERSIONS).flat().join('@');
  let hash = 0;
  for (const character of key) hash = (hash * 31 + character.charCodeAt(0)) % 0xff_ff_ff;
  return cachedInstall(`catalogue-${hash.toString(16)}`, async (folder) => {
    npmInstall(folder, ...Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`));
  });
}
