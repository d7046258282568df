import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { growingText, type GrowingText } from './growing-text.ts';

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | URL | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: string | undefined;
  /** After this it is killed. */
  readonly timeoutMillis: number;
}

/** How a process ended: one of the two is null. */
export interface AppExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that has started. */
export interface StartedProcess {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when it has ended and its output is complete. */
  readonly exited: Promise<AppExit>;
  untilStdout(pattern: RegExp): Promise<RegExpExecArray>;
  untilStderr(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal?: NodeJS.Signals): void;
  /** Kills it, if it still runs; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Starts a process and collects what it prints. Rejects if there is no such command. */
export async function startProcess(options: ProcessOptions): Promise<StartedProcess> {
  const { command, args, cwd, env, stdin, timeoutMillis } = options;
  const child = spawn(command, args, { cwd, env });
  await once(child, 'spawn');

  child.stdin.on('error', () => {}); // one that ends without reading breaks the pipe
  child.stdin.end(stdin);
  const stdout = growingText(child.stdout);
  const stderr = growingText(child.stderr);
  const exited = (once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>).then(
    ([code, signal]): AppExit => ({ code, signal }),
  );

  const stopNow = () => {
    child.kill('SIGKILL');
    child.stdout.destroy(); // a process that it has started may hold them open
    child.stderr.destroy();
  };
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stopNow();
  }, timeoutMillis);
  void exited.then(() => clearTimeout(timer));

  async function until(output: GrowingText, pattern: RegExp): Promise<RegExpExecArray> {
    const match = await output.until(pattern, exited);
    if (match !== null) return match;
    const { code, signal } = await exited;
    const how = isLate ? `was killed after ${timeoutMillis} ms` : `ended with ${signal ?? `exit code ${code}`}`;
    const all = `stdout ${JSON.stringify(stdout.soFar())}, stderr ${JSON.stringify(stderr.soFar())}`;
    throw new Error(`the app ${how} and did not print ${pattern}; ${all}`);
  }

  return {
    pid: child.pid ?? 0,
    stdout: stdout.soFar,
    stderr: stderr.soFar,
    exited,
    untilStdout: (pattern) => until(stdout, pattern),
    untilStderr: (pattern) => until(stderr, pattern),
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    async stop() {
      stopNow();
      await exited;
    },
  };
}
