import { cachedInstall } from '../support/cached-install.ts';
import { npmInstall } from '../support/npm-install.ts';
import { OLDEST_VERSIONS, VERSIONS } from './versions.ts';

/** A folder with every library of the catalogue, named after their versions. */
export function installCatalogue(): Promise<string> {
  return install('catalogue', VERSIONS);
}

/** A folder with the oldest version of every library of the catalogue. */
export function installOldestCatalogue(): Promise<string> {
  return install('catalogue-oldest', OLDEST_VERSIONS);
}

function install(name: string, versions: Readonly<Record<string, string>>): Promise<string> {
  const key = Object.entries(versions).flat().join('@');
  let hash = 0;
  for (const character of key) hash = (hash * 31 + character.charCodeAt(0)) % 0xff_ff_ff;
  return cachedInstall(`${name}-${hash.toString(16)}`, async (folder) => {
    await npmInstall(folder, ...Object.entries(versions).map(([library, version]) => `${library}@${version}`));
  });
}

/** The last version before redis 5, which upstream patches in another way. */
export const OLDER_REDIS = '4.7.1';

/** A folder with that version alone. */
export function installOlderRedis(): Promise<string> {
  return installAlone('redis', OLDER_REDIS);
}

/** A folder with the oldest kafkajs that a Kafka of today understands. */
export function installOlderKafkajs(): Promise<string> {
  return installAlone('kafkajs', '1.6.0');
}

function installAlone(library: string, version: string): Promise<string> {
  return cachedInstall(`${library}-${version}`, (folder) => npmInstall(folder, `${library}@${version}`));
}
