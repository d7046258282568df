import { mkdirSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { ROOT } from './workspace.ts';

const CACHE = join(ROOT, 'test/.cache');
const POLL_MILLIS = 200; // other processes give no event to wait for

/**
 * Path of the folder `name` in the git-ignored cache. What is not there yet is made by `install`, which is given an
 * empty folder; a half-made one is never seen. Of several processes that ask at once, one installs and the others wait.
 *
 * @param name with the version in it, for example `jaeger-1.76.0`
 * @param cache another cache than this repository's
 */
export async function cachedInstall(
  name: string,
  install: (folder: string) => Promise<void>,
  cache: string = CACHE,
): Promise<string> {
  const folder = join(cache, name);
  const lock = `${folder}.lock`;
  mkdirSync(dirname(folder), { recursive: true });
  while (!existsSync(folder)) {
    if (takeLock(lock)) await fill(folder, install).finally(() => rmSync(lock, { force: true }));
    else await setTimeout(POLL_MILLIS);
  }
  return folder;
}

async function fill(folder: string, install: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return; // made between our look and our lock
  const draft = `${folder}.draft`; // one at a time, since one process holds the lock
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  process.stderr.write(`clew repo: installing ${folder}\n`);
  await install(draft);
  renameSync(draft, folder);
}

/** The lock is a file with the process id of its holder; that of a process that is gone counts for nothing. */
function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!isHolderAlive(lock)) rmSync(lock, { force: true });
  return false;
}

function isHolderAlive(lock: string): boolean {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    return holder === 0 || process.kill(holder, 0); // empty for the moment between its creation and its content
  } catch {
    return false;
  }
}
