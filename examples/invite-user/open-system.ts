import { startService } from '../checkout/shop/start-service.ts';
import { startRedis } from './start-redis.ts';

/** The running system. */
export interface System {
  /** Where the page is, e.g. `http://127.0.0.1:40124`. */
  readonly url: string;
  /** Ends every process and removes every file. */
  close(): Promise<void>;
}

/** Starts a Redis for the queue, the worker and the API, each as a process of its own. */
export async function openSystem(): Promise<System> {
  const running: { stop(): Promise<void> }[] = [];
  const close = async () => {
    for (const each of running.toReversed()) await each.stop(); // Redis last
  };
  const service = (name: string, env: NodeJS.ProcessEnv) => {
    const started = startService(name, new URL(`services/${name}.ts`, import.meta.url), env);
    running.push(started);
    return started.ready;
  };
  try {
    const redis = await startRedis();
    running.push(redis);
    const env = { REDIS_URL: redis.url };
    await service('worker', env);
    return { url: await service('api', env), close };
  } catch (error) {
    await close();
    throw error;
  }
}
