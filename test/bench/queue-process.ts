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
  const answer = async () => {
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the process of ${client} ended with ${String(code)}`);
    });
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ cpuMicros: number }];
    return message;
  };

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
