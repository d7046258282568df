import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own. */
export interface ServedApp {
  readonly port: number;
  /** Sends a message and returns the answer to it. */
  ask(message: object): Promise<unknown>;
  /** CPU time of all of its threads since it began, and its memory now. */
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** What a process has used. */
export interface Usage {
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** Start of a server. */
export interface AppSetup {
  /** In `fixtures/`: it says `{ port }` when it listens, and answers `{ ask: 'usage' }` with a `Usage`. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Of Node, e.g. a preload. */
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Starts a server; resolves when it listens. */
export async function startServedApp({ script, args = [], flags = [], env }: AppSetup): Promise<ServedApp> {
  const child = fork(`${FOLDER}fixtures/${script}`, [...args], {
    cwd: FOLDER,
    execArgv: [...flags],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { port } = (await answerOf(child)) as { port: number };
  const ask = (message: object) => {
    const answer = answerOf(child);
    child.send(message);
    return answer;
  };
  return {
    port,
    ask,
    usage: async () => (await ask({ ask: 'usage' })) as Usage,
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}
