import { once } from 'node:events';

/** Resolves when this process is asked to end, by Ctrl-C or another signal, instead of ending at once from now on. */
export async function untilAskedToEnd(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')]);
}
