import { createPostgresCluster, POSTGRES_READY } from '../../examples/checkout/shop/postgres-cluster.ts';
import { freePort } from './free-port.ts';
import { startServer } from './server-process.ts';
import { startService, type Service } from './service.ts';

/** A PostgreSQL; its URL is that of the database `postgres`, for its superuser, without a password. */
export function startPostgres(): Promise<Service> {
  return startService('POSTGRES', async (folder) => {
    const port = await freePort();
    const commandFor = await createPostgresCluster(folder);
    const { program, args, options } = commandFor(port);
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      // SIGINT is its "fast shutdown", which does not wait for clients to leave.
      start: () => startServer({ program, args, ...options, ready: POSTGRES_READY, stopSignal: 'SIGINT' }),
    };
  });
}
