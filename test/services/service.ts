import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serviceVariable } from '../../scripts/tools.mjs';
import type { ServerProcess } from './server-process.ts';

/** Kinds of services, under the names that their environment variables have. */
export type ServiceName = 'REDIS' | 'NATS' | 'POSTGRES' | 'RABBITMQ' | 'KAFKA' | 'SQS' | 'ELASTICMQ';

/** A broker or database that tests talk to. Disposing of it stops our own, with all of its files. */
export interface Service extends AsyncDisposable {
  readonly name: ServiceName;
  readonly url: string;
  /** Process id of our own server; `undefined` for a service that was given, which cannot be restarted. */
  readonly pid: number | undefined;
  /** Stops the server and starts it again, with the same URL and the same data. */
  restart(): Promise<void>;
}

/** How a server of our own is run. */
export interface ServerPlan {
  readonly url: string;
  start(): Promise<ServerProcess>;
}

/**
 * The service that the environment names, or a server of our own.
 *
 * @param plan is given an empty folder for everything that the server writes
 */
export async function startService(name: ServiceName, plan: (folder: string) => Promise<ServerPlan>): Promise<Service> {
  const url = process.env[serviceVariable(name)];
  if (url) return givenService(name, url);
  const folder = await mkdtemp(join(tmpdir(), `clew-${name.toLowerCase()}-`));
  const removeFiles = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    return await ownService(name, await plan(folder), removeFiles);
  } catch (error) {
    await removeFiles();
    throw error;
  }
}

function givenService(name: ServiceName, url: string): Service {
  return {
    name,
    url,
    pid: undefined,
    restart: () =>
      Promise.reject(new Error(`${name} was given by ${serviceVariable(name)} and is not ours to restart`)),
    async [Symbol.asyncDispose]() {},
  };
}

async function ownService(name: ServiceName, plan: ServerPlan, removeFiles: () => Promise<void>): Promise<Service> {
  let server = await plan.start();
  return {
    name,
    url: plan.url,
    get pid() {
      return server.pid;
    },
    async restart() {
      await server.stop();
      server = await plan.start();
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await removeFiles();
    },
  };
}
