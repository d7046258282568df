import { cachedInstall } from './cached-install.ts';
import { npmInstall } from './npm-install.ts';

/** The last version of the API that the SDK cannot run with. */
export const OLDER_API = '1.9.0';

/** A folder with that version, in whose `node_modules` nothing else is. */
export function olderApi(version: string = OLDER_API): Promise<string> {
  return cachedInstall(`opentelemetry-api-${version}`, async (folder) => {
    await npmInstall(folder, `@opentelemetry/api@${version}`);
  });
}
