import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { findProgram } from '../../scripts/tools.mjs';
import { stopProcess } from '../../examples/checkout/shop/stop-process.ts';

/** A server in a process of our own. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface ServerCommand {
  /** A path, or a name on the PATH. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Matches the line of output that tells that clients can connect. */
  readonly ready: RegExp;
  /** Default: `SIGTERM`. */
  readonly stopSignal?: NodeJS.Signals;
}

const LINES_OF_FAILURE = 40;
const PATIENCE_MILLIS = 120_000; // a JVM that writes its archive of classes on a busy machine
const running = new Set<ChildProcess>(); // of this process, whichever copy of the module started them
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts a server and resolves when it is ready. One that ends before rejects with the last lines that it printed. */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const { program, args, cwd, env, uid, gid, stopSignal = 'SIGTERM' } = command;
  const child = spawn(findProgram(program) ?? program, args, { cwd, env, uid, gid, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const { pid } = child;
  if (pid === undefined) throw await failedSpawn(child);
  await untilReady(child, command);
  return { pid, stop: () => stopProcess(child, stopSignal, PATIENCE_MILLIS) };
}

async function failedSpawn(child: ChildProcess): Promise<unknown> {
  running.delete(child);
  const [error] = await once(child, 'error');
  return error;
}

function untilReady(
  child: ChildProcessByStdio<null, Readable, Readable>,
  { program, ready }: ServerCommand,
): Promise<void> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    for (const output of [child.stdout, child.stderr]) {
      // It is read to the end: a server whose pipe is full stands still.
      createInterface(output).on('line', (line) => {
        lines.push(line);
        if (lines.length > LINES_OF_FAILURE) lines.shift();
        if (ready.test(line)) resolve();
      });
    }
    child.once('close', () => reject(new Error(`${program} did not start:\n${lines.join('\n')}`)));
  });
}
