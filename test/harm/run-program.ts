import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runApp } from '@clew/testing';

import { installCatalogue } from './install-catalogue.ts';

/** One act of a program, and how it loads its library. */
export interface Act {
  readonly program: string;
  readonly way: string;
  readonly act: string;
}

/** A run as it can be told from outside. */
export interface Run {
  readonly code: number | null;
  readonly signal: string | null;
  /** Observations of the program, by label; a label that comes again has a number. */
  readonly observed: Readonly<Record<string, unknown>>;
  /** Lines of stdout that are no observations. */
  readonly stdout: readonly string[];
  /** The line of code that Node shows above an error that ends the process. */
  readonly thrownAt: string | undefined;
  /** Lines without the frames of stacks. */
  readonly stderr: readonly string[];
}

/** A run, and what it sent. */
interface TracedRun extends Run {
  /** Scopes of the spans that arrived. */
  readonly scopes: readonly string[];
}

/** A folder with the programs in it, from which the libraries of the catalogue and the API can be loaded. */
export async function programFolder(): Promise<Disposable & { readonly path: string }> {
  const path = mkdtempSync(join(await installCatalogue(), 'run-'));
  cpSync(fileURLToPath(new URL('fixtures/programs', import.meta.url)), path, { recursive: true });
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs an act to its end. */
export async function runProgram(
  cwd: string,
  act: Act,
  env: Record<string, string>,
  preload: boolean,
): Promise<TracedRun> {
  const args = ['run.mjs', act.program, act.way, act.act];
  await using app = await runApp({ args, cwd, env, preload, timeoutMillis: 60_000 });
  const { code, signal } = await app.exited;
  const lines = app.stdout.split('\n').filter((line) => line !== '');
  const isObservation = (line: string) => line.startsWith('{"label":');
  const run: Run = {
    code,
    signal,
    observed: byLabel(lines.filter(isObservation)),
    stdout: lines.filter((line) => !isObservation(line)),
    ...stderrOf(app.stderr, cwd),
  };
  return { ...run, scopes: [...new Set(app.spans().map(({ scope }) => scope.name))] };
}

function byLabel(lines: readonly string[]): Record<string, unknown> {
  const observed: Record<string, unknown> = {};
  const counts = new Map<string, number>();
  for (const line of lines) {
    const { label, value } = JSON.parse(line) as { label: string; value: unknown };
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    observed[count === 1 ? label : `${label} ${count}`] = value;
  }
  return observed;
}

/** An error that ends a process has its place in a file above it, the line of code, and a line of carets. */
function stderrOf(text: string, folder: string): Pick<Run, 'thrownAt' | 'stderr'> {
  const lines = text
    .replaceAll(/\(node:\d+\)/g, '(node)')
    .replaceAll(folder, '')
    .split('\n');
  const carets = lines.findIndex((line) => /^\s*\^+$/.test(line));
  const stderr = lines.filter((line, index) => {
    const isPlace = carets !== -1 && index <= carets && index >= carets - 2;
    return line !== '' && !isPlace && !/^\s+at /.test(line);
  });
  return { thrownAt: lines[carets - 1]?.trim(), stderr };
}
