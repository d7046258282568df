import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';
import { differences } from './differences.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';

interface Report {
  readonly name: string;
  readonly shape?: unknown;
  readonly used?: unknown;
  readonly error?: string;
}

/** Loads and uses all libraries that are installed in a folder, in a way of `fixtures`, and compares. */
export function looksAsBare(file: string, install: () => Promise<string>, knownLines: readonly RegExp[] = []): void {
  describe(`${file}, bare and under the preload`, async () => {
    using folder = await withFixtures(install);
    const bare = await run(folder.path, [file]);
    const preloaded = await run(folder.path, ['--import', `${ROOT}packages/sdk/dist/register.js`, file]);

    test('ends with the same code, and writes the same to stderr', () => {
      expect(preloaded.code).toBe(bare.code);
      expect(without(knownLines, preloaded.stderr)).toEqual(without(knownLines, bare.stderr));
      expect(bare.reports.filter(({ error }) => error !== undefined)).toEqual([]);
    });

    test.each(bare.reports)('$name looks and works the same', ({ name, ...expected }) => {
      const { name: _, ...seen } = preloaded.reports.find((report) => report.name === name) ?? { name };
      const known = KNOWN_DIFFERENCES.filter(({ library }) => library === name);

      const unknown = differences(expected, seen).filter(({ path }) => !known.some((each) => each.path.test(path)));

      expect(unknown).toEqual([]);
    });
  });
}

function without(knownLines: readonly RegExp[], stderr: string): string[] {
  return stderr.split('\n').filter((line) => !knownLines.some((known) => known.test(line)));
}

async function withFixtures(install: () => Promise<string>): Promise<Disposable & { readonly path: string }> {
  const path = mkdtempSync(join(await install(), 'run-'));
  cpSync(fileURLToPath(new URL('fixtures', import.meta.url)), path, { recursive: true });
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
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
