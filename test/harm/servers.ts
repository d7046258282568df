import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { startPostgres } from '../services/postgres.ts';
import { startRedis } from '../services/redis.ts';
import type { Service } from '../services/service.ts';
import type { Server } from './programs.ts';

/** A server for programs, and where it listens. */
export interface RunningServer extends AsyncDisposable {
  readonly address: string;
}

/**
 * Starts a server: a real one, or a fake from `fixtures/programs/servers` that speaks its protocol.
 *
 * @param folder where the programs and the libraries are
 */
export async function startServer(kind: Server, folder: string): Promise<RunningServer> {
  if (kind === 'redis') return addressed(await startRedis());
  if (kind === 'postgres') return addressed(await startPostgres());
  return startFake(join(folder, 'servers', `${kind}.mjs`));
}

function addressed(service: Service): RunningServer {
  return { address: service.url, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

async function startFake(file: string): Promise<RunningServer> {
  // Its complaints about clients that go in the middle of an answer are of no interest.
  const server = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(server, 'exit');
  const [port] = (await once(createInterface(server.stdout), 'line')) as [string];
  return {
    address: port,
    async [Symbol.asyncDispose]() {
      server.kill();
      await exited;
    },
  };
}
