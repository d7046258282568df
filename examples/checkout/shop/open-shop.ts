import { prepareDatabase } from './prepare-database.ts';
import { startDatabase } from './start-database.ts';
import { startService } from './start-service.ts';

/** The running system. */
export interface Shop {
  /** The gateway's, e.g. `http://127.0.0.1:40124`. */
  readonly url: string;
  /** Ends every process and removes every file. */
  close(): Promise<void>;
}

/** Starts the database and the services, each as a process of its own; resolves when all of them are ready. */
export async function openShop(): Promise<Shop> {
  const running: { stop(): Promise<void> }[] = [];
  const close = async () => {
    for (const each of running.toReversed()) await each.stop(); // the database last
  };
  const service = (name: string, file: string, env?: NodeJS.ProcessEnv) => {
    const started = startService(name, new URL(`../services/${file}`, import.meta.url), env);
    running.push(started);
    return started.ready;
  };
  try {
    const database = await startDatabase();
    running.push(database);
    const DATABASE_URL = await prepareDatabase(database.url);
    const [TAX_URL, PAYMENTS_URL] = await Promise.all([
      service('tax', 'tax.ts'),
      service('payments', 'payments.cjs'),
      service('worker', 'worker.ts', { DATABASE_URL }),
    ]);
    const ORDERS_URL = await service('orders', 'orders.ts', { DATABASE_URL, TAX_URL, PAYMENTS_URL });
    // The gateway is where outsiders come in: their headers decide nothing.
    const url = await service('gateway', 'gateway.ts', { ORDERS_URL, CLEW_TRUST: 'none' });
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
