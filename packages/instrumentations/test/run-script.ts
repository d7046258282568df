import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface Script {
  readonly type: 'module' | 'commonjs';
  readonly source: string;
  /** Names of our instrumentations, comma-separated; without them the script runs without any preload. */
  readonly instrumentations?: string;
}

export interface ScriptRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly tree: string;
  readonly spans: readonly RecordedSpan[];
}

interface RecordedSpan {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  readonly status: { readonly code: number; readonly message?: string };
  readonly events: readonly { readonly name: string; readonly attributes: Record<string, unknown> }[];
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Runs a script in a Node process of its own, under the test preload if it names instrumentations, to its end. */
export async function runScript({ type, source, instrumentations }: Script): Promise<ScriptRun> {
  const preload = instrumentations === undefined ? [] : ['--import', `${ROOT}test/preload.mjs`];
  const child = spawn(
    process.env['CLEW_TEST_NODE'] ?? process.execPath,
    [...preload, `--input-type=${type}`, '--eval', source],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, CLEW_TEST_INSTRUMENTATIONS: instrumentations },
    },
  );
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr, report, [code]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
    closed,
  ]);
  const recorded = JSON.parse(report || '{"tree":"","spans":[]}') as Pick<ScriptRun, 'tree' | 'spans'>;
  return { stdout, stderr, code, ...recorded };
}
