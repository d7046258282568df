import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Folder for servers that are downloaded. It is the user's and not a checkout's: they are big, and the same for all.
 * `CLEW_TEST_CACHE` names another.
 */
export function serviceCache(): string {
  const { CLEW_TEST_CACHE: own, XDG_CACHE_HOME: ofUser } = process.env;
  return own || join(ofUser || join(homedir(), '.cache'), 'clew-test');
}
