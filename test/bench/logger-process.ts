import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a process is told to write. */
export interface Round {
  readonly shape: 'message' | 'object' | 'debug';
  readonly isInSpan: boolean;
  readonly lines: number;
  /** How long it waits afterwards for what it sends on, before its CPU time is read. */
  readonly settleMillis: number;
}

/** What a line took, in nanoseconds. */
export interface LineCost {
  /** For the caller of the logger. */
  readonly nanos: number;
  /** Of CPU, in all threads of the process and with what came after. */
  readonly cpuNanos: number;
}

/** A logger, and what it is run with. */
export interface LoggerSetup {
  /** Names of `fixtures/log-lines.cjs`. */
  readonly logger: string;
  readonly destination: string;
  /** Of Node, e.g. a preload. */
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** A process with a logger. */
export interface LoggerProcess {
  /** Whether its lines have the ids of the active span, in a span and outside. */
  readonly ids: { readonly inSpan: boolean; readonly outside: boolean };
  write(round: Round): Promise<LineCost>;
  stop(): Promise<void>;
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Starts a process that writes lines when it is asked to. */
export async function startLogger({ logger, destination, flags, env }: LoggerSetup): Promise<LoggerProcess> {
  const child = fork(`${FOLDER}fixtures/log-lines.cjs`, [logger, destination], {
    cwd: FOLDER,
    execArgv: [...flags],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  let answer = (_message: unknown) => {};
  let fail = (_error: Error) => {};
  child.on('message', (message) => answer(message));
  child.on('exit', (code) => fail(new Error(`the process of a logger ended with ${code}`)));
  const nextAnswer = () =>
    new Promise((resolve, reject) => {
      answer = resolve;
      fail = reject;
    });

  const ids = (await nextAnswer()) as LoggerProcess['ids'];
  return {
    ids,
    write(round) {
      child.send(round);
      return nextAnswer() as Promise<LineCost>;
    },
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
