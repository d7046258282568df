import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { freePort } from './free-port.ts';
import { createPostgresCluster, POSTGRES_READY, type PostgresCommand } from './postgres-cluster.ts';
import { stopProcess } from './stop-process.ts';

/** A PostgreSQL server of our own. */
export interface Database {
  /** E.g. `postgres://postgres@127.0.0.1:40123/postgres`. */
  readonly url: string;
  /** Stops the server and removes its files. */
  stop(): Promise<void>;
}

/** Starts PostgreSQL on a free port and with its files in a temporary folder. */
export async function startDatabase(): Promise<Database> {
  const home = await mkdtemp(join(tmpdir(), 'clew-checkout-'));
  const removeFiles = () => rm(home, { recursive: true, force: true });
  try {
    const commandFor = await createPostgresCluster(home);
    const port = await freePort();
    const server = await serve(commandFor(port));
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

async function serve({ program, args, options }: PostgresCommand): Promise<ChildProcess> {
  // In a process group of its own: Ctrl-C must not take the database away before its clients.
  const server = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const lines: string[] = [];
  for await (const line of createInterface(server.stderr)) {
    lines.push(line);
    if (!POSTGRES_READY.test(line)) continue;
    server.stderr.resume();
    return server;
  }
  throw new Error(`postgres did not start: ${lines.join('\n')}`);
}
