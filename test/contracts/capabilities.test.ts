import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';
import { CLIENTS } from './capabilities.ts';
import { readme } from './generate-clients.ts';

const PATIENCE_MILLIS = 180_000;
const TEST_FOLDER = join(ROOT, 'test');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

const shownBy = CLIENTS.flatMap(({ client, cells }) =>
  Object.entries(cells).flatMap(([column, cell]) =>
    'by' in cell ? [{ cell: `${client}, ${column}`, by: cell.by }] : [],
  ),
);

test('the table of clients in the README is that of the capabilities', () => {
  const { written, generated } = readme();

  expect(written).toBe(generated);
});

test(
  'what a client is said to do is shown by tests, and each of them is there and runs',
  { timeout: PATIENCE_MILLIS },
  () => {
    const files = new Set(shownBy.flatMap(({ by }) => by.map(fileOf)));
    const running = runningTests([...files]);

    expect(shownBy.filter(({ by }) => by.length === 0)).toEqual([]);
    expect(
      shownBy.flatMap(({ cell, by }) => by.filter((each) => !running.has(each)).map((each) => [cell, each])),
    ).toEqual([]);
  },
);

const fileOf = (proof: string) => proof.slice(0, proof.indexOf(' > '));

/** The tests of these files that run where every service is there: none that is gone, commented out, or skipped. */
function runningTests(files: readonly string[]): Set<string> {
  const isSlow = (file: string) => file.endsWith('.slow.test.ts');
  return new Set([
    ...listed(files.filter(isSlow), { CLEW_TEST_SLOW: '1' }),
    ...listed(
      files.filter((file) => !isSlow(file)),
      { CLEW_TEST_SLOW: undefined },
    ),
  ]);
}

function listed(files: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  using folder = fixture({});
  const list = join(folder.path, 'list.json');
  const options = ['--config', '../vitest.config.ts', '--root', '.', '--no-static-parse', `--json=${list}`];
  const { status, stderr } = spawnSync(process.execPath, [VITEST, 'list', ...options, ...files], {
    cwd: TEST_FOLDER,
    env: { ...process.env, ...GIVEN, ...env },
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  const tests = JSON.parse(readFileSync(list, 'utf8')) as readonly { readonly file: string; readonly name: string }[];
  return tests.map(({ file, name }) => `${file.slice(TEST_FOLDER.length + 1)} > ${name}`);
}

/** Tests are collected as where every service is there; none is started, and nobody connects to these. */
const GIVEN = Object.fromEntries(
  ['REDIS', 'NATS', 'POSTGRES', 'RABBITMQ', 'KAFKA', 'SQS', 'ELASTICMQ'].map((name) => [`CLEW_TEST_${name}_URL`, 'x:']),
);
