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
  /** Resolves when the program has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Runs Node in a folder of `examples/`; leaving the `using` block ends it with SIGTERM. */
export function runProgram(example: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningProgram {
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL(`../../examples/${example}/`, import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const stdout = createInterface(child.stdout).on('line', (line) => lines.push(line));
  const stderr = text(child.stderr);
  const ended = once(child, 'close').then(async ([code]) => ({ code: code as number | null, stderr: await stderr }));
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
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
