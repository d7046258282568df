import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { freePort } from '../checkout/shop/free-port.ts';
import { stopProcess } from '../checkout/shop/stop-process.ts';

/** A Redis of our own. */
export interface Redis {
  /** E.g. `redis://127.0.0.1:40123`. */
  readonly url: string;
  /** Stops the server and removes its files. */
  stop(): Promise<void>;
}

/** Starts the `redis-server` of the PATH on a free port, without a file to write to. */
export async function startRedis(): Promise<Redis> {
  const home = await mkdtemp(join(tmpdir(), 'clew-invite-'));
  const port = await freePort();
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', home, '--save', '', '--appendonly', 'no'];
  // In a process group of its own: Ctrl-C must not take Redis away before its clients.
  const server = spawn('redis-server', args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = async () => {
    await stopProcess(server, 'SIGTERM');
    await rm(home, { recursive: true, force: true });
  };
  const failed = new Promise<never>((_, reject) => {
    server.once('error', (error) => reject(new Error(`redis-server, which must be on the PATH: ${error.message}`)));
    server.once('exit', (code, signal) => reject(new Error(`redis-server ended with ${signal ?? code}`)));
  });
  failed.catch(() => {}); // it ends when it is stopped, too
  const ready = new Promise<void>((resolve) => {
    createInterface(server.stdout).on('line', (line) => /ready to accept connections/i.test(line) && resolve());
  });
  await Promise.race([ready, failed]);
  return { url: `redis://127.0.0.1:${port}`, stop };
}
