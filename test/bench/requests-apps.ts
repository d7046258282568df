import { startPostgres } from '../services/postgres.ts';
import { startRabbitmq } from '../services/rabbitmq.ts';
import { startRedis } from '../services/redis.ts';
import type { Service } from '../services/service.ts';
import { startServedApp } from './served-app.ts';

/** An application that is measured; `fixtures/requests-app.cjs` has its code. */
export interface App {
  readonly name: string;
  readonly title: string;
  /** Of one slice. */
  readonly requests: number;
  /** By the environment variable that tells the application their URL. */
  readonly services: Readonly<Record<string, () => Promise<Service>>>;
}

const APPS: readonly App[] = [
  { name: 'A', title: 'A: node:http, hello world', requests: 3000, services: {} },
  {
    name: 'B',
    title: 'B: Fastify, a fetch, Redis SET and GET, a pino line',
    requests: 800,
    services: { BENCH_REDIS: startRedis },
  },
  {
    name: 'C',
    title: 'C: Express, a query with pg, http.get, a publish with amqplib',
    requests: 800,
    services: { BENCH_POSTGRES: startPostgres, BENCH_RABBITMQ: startRabbitmq },
  },
];

/** The applications of these names; throws if one has another. */
export function selectApps(names: readonly string[]): App[] {
  const unknown = names.find((name) => APPS.every((app) => app.name !== name));
  if (unknown !== undefined) throw new Error(`there is no application ${unknown}; there are A, B and C`);
  return APPS.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** The services of an application, in processes of their own. */
export interface Neighbours extends AsyncDisposable {
  /** Tells the application where they are. */
  readonly env: NodeJS.ProcessEnv;
}

export async function startNeighbours({ services }: App): Promise<Neighbours> {
  await using started = new AsyncDisposableStack();
  const env: NodeJS.ProcessEnv = {};
  for (const [variable, start] of Object.entries(services)) env[variable] = started.use(await start()).url;
  const stock = await startServedApp({ script: 'requests-stock.cjs' });
  started.defer(() => stock.stop());
  env['BENCH_STOCK'] = `http://127.0.0.1:${stock.port}`;
  const kept = started.move();
  return { env, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
