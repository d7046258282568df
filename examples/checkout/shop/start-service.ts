import { fork } from 'node:child_process';

import { stopProcess } from './stop-process.ts';

/** A process of an example. */
export interface Service {
  /** Resolves with the URL where it answers, or '' if it does not listen, as soon as it says that it is ready. */
  readonly ready: Promise<string>;
  stop(): Promise<void>;
}

/** Runs `<example>/services/<file>` as a process of its own, and as the service of that name in traces. */
export function startService(name: string, file: URL, env: NodeJS.ProcessEnv = {}): Service {
  const child = fork(file, {
    cwd: new URL('..', file), // where clew.config.ts is
    env: { ...process.env, OTEL_SERVICE_NAME: name, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ready = new Promise<string>((resolve, reject) => {
    child.once('message', ({ url = '' }: { url?: string }) => resolve(url));
    child.once('exit', (code, signal) => reject(new Error(`${name} ended with ${signal ?? code}`)));
  });
  return { ready, stop: () => stopProcess(child, 'SIGTERM') };
}
