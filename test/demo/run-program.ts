import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** A program under test. */
export interface RunningProgram extends AsyncDisposable {
  /** The lines of stdout so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line of stdout that matches; rejects with what was written when the program ends first. */
  line(pattern: RegExp): Promise<string>;
  /** Does what Ctrl-C does: sends SIGINT to the program and to every process that it has started in its group. */
  interrupt(): void;
  /** Asks the program alone to end, with SIGTERM. */
  stop(): Promise<Ended>;
  /** Resolves when the program has ended. */
  readonly ended: Promise<Ended>;
}

/** How a program ended; the code is null if it was by a signal. */
interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs Node in a folder of `examples/`; leaving the `using` block stops it. */
export function runProgram(example: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningProgram {
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL(`../../examples/${example}/`, import.meta.url)),
    env: { ...process.env, ...env },
    detached: true, // a process group of its own, as in a shell
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const stdout = createInterface(child.stdout).on('line', (line) => lines.push(line));
  const stderr = text(child.stderr);
  const ended = once(child, 'close').then(async ([code]) => ({ code: code as number | null, stderr: await stderr }));
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return {
    lines,
    async line(pattern) {
      const find = () => lines.find((line) => pattern.test(line));
      const isOver = ended.then(() => true);
      while (find() === undefined) {
        const over = await Promise.race([once(stdout, 'line').then(() => false), isOver]);
        if (over) throw new Error(`it ended without ${pattern}: ${lines.join('\n')}${await stderr}`);
      }
      return find() ?? '';
    },
    interrupt: () => void process.kill(-(child.pid ?? 0), 'SIGINT'),
    stop,
    ended,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
