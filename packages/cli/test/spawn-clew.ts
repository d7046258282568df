import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { Preload } from '../src/resolve-preload.ts';

/** A preload that does nothing: what is tested is the command line, not the instrumentation. */
export const INERT_PRELOAD: Preload = preloadAt(fileURLToPath(new URL('inert-preload.cjs', import.meta.url)));

export interface ClewOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** `null` runs without a preload. Default: one that does nothing. */
  readonly preload?: Preload | null;
  readonly cwd?: string;
}

export interface Clew {
  readonly process: ChildProcessWithoutNullStreams;
  /** Returns the output so far. */
  stdout(): Buffer;
  stderr(): string;
  /** Resolves when the text has been written to stdout or stderr. */
  written(text: string): Promise<void>;
  /** Resolves when it has ended. */
  ended(): Promise<{ code: number | null; signal: string | null }>;
}

const TIMEOUT_MILLIS = 20_000;

/** Starts the built command line in a process of its own, as a user would, but with a preload of the test's. */
export function spawnClew(args: readonly string[], options: ClewOptions = {}): Clew {
  const { env = {}, preload = INERT_PRELOAD, cwd } = options;
  const module = (name: string) => JSON.stringify(new URL(`../dist/${name}`, import.meta.url).href);
  const program = `
    import { endLike } from ${module('ending.js')};
    import { runProgram } from ${module('program.js')};
    endLike(await runProgram(process.argv.slice(1), () => (${JSON.stringify(preload)} ?? undefined)));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, '--', ...args], {
    env: { PATH: process.env['PATH'], ...env },
    ...(cwd !== undefined && { cwd }),
  });
  const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  const all = () => Buffer.concat([...chunks.stdout, ...chunks.stderr]).toString();

  return {
    process: child,
    stdout: () => Buffer.concat(chunks.stdout),
    stderr: () => Buffer.concat(chunks.stderr).toString(),
    async written(text) {
      const deadline = performance.now() + TIMEOUT_MILLIS;
      while (!all().includes(text)) {
        if (performance.now() > deadline) throw new Error(`${text} was not written, but:\n${all()}`);
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), closed, delay(1000)]);
      }
    },
    async ended() {
      const [code, signal] = await closed;
      return { code, signal };
    },
  };
}

/** Runs the command line to its end. */
export async function runClew(args: readonly string[], options: ClewOptions = {}) {
  const clew = spawnClew(args, options);
  clew.process.stdin.end();
  const ending = await clew.ended();
  return { ...ending, stdout: clew.stdout(), stderr: clew.stderr() };
}

/** A CommonJS file as a preload. */
export function preloadAt(path: string): Preload {
  return { required: path, imported: pathToFileURL(path).href };
}
