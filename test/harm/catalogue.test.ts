import { spawn } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';
import { installCatalogue } from './install-catalogue.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';

const WAYS = ['require-all.cjs', 'import-all.mjs', 'import-then-require.mjs', 'require-then-import.mjs'];

interface Report {
  readonly name: string;
  readonly shape?: unknown;
  readonly used?: unknown;
  readonly error?: string;
}

describe.each(WAYS)('%s, bare and under the preload', async (file) => {
  const folder = await install();
  const bare = await run(folder, [file]);
  const preloaded = await run(folder, ['--import', `${ROOT}packages/sdk/dist/register.js`, file]);

  test('ends with the same code, and writes the same to stderr', () => {
    expect(preloaded.code).toBe(bare.code);
    expect(preloaded.stderr).toBe(bare.stderr);
    expect(bare.reports.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  test.each(bare.reports)('$name looks and works the same', ({ name, ...expected }) => {
    const { name: _, ...seen } = preloaded.reports.find((report) => report.name === name) ?? { name };
    const known = KNOWN_DIFFERENCES.filter(({ library }) => library === name);

    const unknown = differences(expected, seen).filter(({ path }) => !known.some((each) => each.path.test(path)));

    expect(unknown).toEqual([]);
  });
});

async function install(): Promise<string> {
  const folder = await installCatalogue();
  cpSync(fileURLToPath(new URL('fixtures', import.meta.url)), folder, { recursive: true });
  return folder;
}

async function run(cwd: string, args: readonly string[]) {
  const env = { ...process.env, NODE_OPTIONS: '', OTEL_TRACES_EXPORTER: 'none', KAFKAJS_NO_PARTITIONER_WARNING: '1' };
  using folder = fixture();
  const file = join(folder.path, 'report.jsonl');
  const child = spawn(process.execPath, [...args, file], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const [stderr, code] = await Promise.all([
    text(child.stderr),
    new Promise<number | null>((resolve) => void child.on('exit', resolve)),
  ]);
  const reports = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Report);
  return { code, stderr: stderr.replaceAll(/\(node:\d+\)/g, '(node)'), reports };
}

interface Difference {
  readonly path: string;
  readonly bare: unknown;
  readonly preloaded: unknown;
}

/** The deepest places in which two values differ; the order of keys is none. */
function differences(bare: unknown, preloaded: unknown, path = ''): Difference[] {
  if (JSON.stringify(bare) === JSON.stringify(preloaded)) return [];
  if (!isObject(bare) || !isObject(preloaded)) return [{ path, bare, preloaded }];
  const keys = new Set([...Object.keys(bare), ...Object.keys(preloaded)]);
  return [...keys].flatMap((key) => differences(bare[key], preloaded[key], `${path}/${key}`));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
