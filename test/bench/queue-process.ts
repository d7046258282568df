import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process that sends messages through a queue and handles them. */
export interface QueueProcess {
  /** CPU time of one message, sent and handled, in microseconds. */
  round(messages: number): Promise<number>;
  stop(): Promise<void>;
}

/** What a process is started with. */
export interface QueueSetup {
  readonly client: string;
  readonly url: string;
  /** Of its own queue. */
  readonly queue: string;
  /** Of Node, e.g. a preload. */
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Starts a process with a client of a queue; resolves when it can send and receive. */
export async function startQueueProcess({ client, url, queue, flags, env }: QueueSetup): Promise<QueueProcess> {
  const child = fork(`${FOLDER}fixtures/queue-client.cjs`, [client, url, queue], {
    cwd: FOLDER,
    execArgv: [...flags],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process of ${client} ended with ${String(code)}`);
  });
  ended.catch(() => {}); // it is stopped in the end
  let take = (_message: { cpuMicros: number }) => {};
  child.on('message', (message: { cpuMicros: number }) => take(message));
  const answer = () => Promise.race([new Promise<{ cpuMicros: number }>((resolve) => (take = resolve)), ended]);

  await answer();
  return {
    async round(messages) {
      child.send({ messages });
      return (await answer()).cpuMicros;
    },
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
