import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A private Redis that listens on a socket file only. */
export interface Redis extends AsyncDisposable {
  /** What ioredis connects to. */
  readonly path: string;
}

/** Starts the `redis-server` on the PATH; `npm test` installs it. */
export async function startRedis(): Promise<Redis> {
  const folder = mkdtempSync(join(tmpdir(), 'clew-redis-'));
  const path = join(folder, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no', '--dir', folder];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(server, 'exit');
  for await (const line of createInterface(server.stdout)) {
    if (/ready to accept connections/i.test(line)) break;
  }
  server.stdout.resume();
  return {
    path,
    async [Symbol.asyncDispose]() {
      server.kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
