import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { stopProcess } from './stop-process.ts';

/** A process of the shop. */
export interface Service {
  /** Resolves with the URL where it answers, or '' if it does not listen, as soon as it says that it is ready. */
  readonly ready: Promise<string>;
  stop(): Promise<void>;
}

const WORKING_DIRECTORY = fileURLToPath(new URL('..', import.meta.url)); // where clew.config.ts is

/** Runs `services/<file>` as a process of its own. */
export function startService(name: string, file: string, env: NodeJS.ProcessEnv = {}): Service {
  const child = fork(`services/${file}`, {
    cwd: WORKING_DIRECTORY,
    env: { ...process.env, OTEL_SERVICE_NAME: name, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ready = new Promise<string>((resolve, reject) => {
    child.once('message', ({ url = '' }: { url?: string }) => resolve(url));
    child.once('exit', (code, signal) => reject(new Error(`${name} ended with ${signal ?? code}`)));
  });
  return { ready, stop: () => stopProcess(child, 'SIGTERM') };
}
