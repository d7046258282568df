import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';

import type { Ending } from './ending.ts';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Called when the child has started, before anything it writes arrives. */
  readonly onStart: () => void;
  /** Sees what the child writes to stdout; it goes to our stdout untouched all the same. */
  readonly onOutput: (chunk: Buffer) => void;
}

/** The command could not be started. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** Exit code that a shell would give: 127 for a command that is not found, 126 for one that cannot be run. */
  readonly exitCode: number;

  constructor(command: string, { code, message }: NodeJS.ErrnoException) {
    const reasons: Record<string, string> = { ENOENT: 'command not found', EACCES: 'is not executable' };
    super(`${command}: ${reasons[code ?? ''] ?? message}`);
    this.exitCode = code === 'ENOENT' ? 127 : 126;
  }
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LEFT_BEHIND_MILLIS = 300;

/**
 * Runs the command with our stdin and stderr, and with a stdout that passes through us. Resolves when it has ended and
 * all it wrote has gone out.
 *
 * @throws StartError when there is no such program
 */
export async function runChild({ command, args, env, onStart, onOutput }: ChildOptions): Promise<Ending> {
  const child = spawn(command, args, { env, stdio: ['inherit', 'pipe', 'inherit'] });
  const stopForwarding = forwardSignals((signal) => child.kill(signal));
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? { code: code ?? 0 } : { signal }));
  });
  try {
    await once(child, 'spawn').catch((error: unknown) => {
      throw new StartError(command, error as NodeJS.ErrnoException);
    });
    onStart();
    const allWritten = passThrough(child.stdout, onOutput);
    const ending = await ended;
    await allWritten(LEFT_BEHIND_MILLIS);
    return ending;
  } finally {
    stopForwarding();
  }
}

/** @returns waits for the last output; a process that was left behind may hold the pipe for ever and is given up on */
function passThrough(output: Readable, onOutput: (chunk: Buffer) => void): (leftBehindMillis: number) => Promise<void> {
  let received = 0;
  const closed = new Promise((resolve) => void output.once('close', resolve));
  output.on('error', () => undefined); // what is wrong with the pipe, the child's ending tells
  output.on('data', (chunk: Buffer) => {
    received += chunk.length;
    onOutput(chunk);
  });
  output.pipe(process.stdout, { end: false });
  process.stdout.on('error', () => output.destroy()); // our reader went away: the child hears of it as if we were not here

  return async (leftBehindMillis) => {
    let before = -1;
    while (!output.closed && (received > before || process.stdout.writableNeedDrain)) {
      before = received;
      await Promise.race([closed, delay(leftBehindMillis)]);
    }
    output.destroy();
    await new Promise((resolve) => void process.stdout.write('', resolve));
  };
}

/**
 * Ctrl-C in a terminal reaches the child without us: the terminal signals its whole foreground group, and a second
 * SIGINT would tell many programs to give up at once. Without a terminal, or for SIGTERM, we alone were asked.
 */
function forwardSignals(send: (signal: NodeJS.Signals) => void): () => void {
  const hasTerminal = [0, 1, 2].some((fd) => isatty(fd));
  const forward = (signal: NodeJS.Signals) => {
    if (signal === 'SIGTERM' || !hasTerminal) send(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}
