import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

test.each([
  [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
  [['--help'], 0, /^Usage: clew/],
  [['run', '--help'], 0, /^Usage: clew run \[options\] -- <command\.\.\.>/],
])('clew %j prints to stdout and exits with %i', (args, code, output) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });

  expect({ status, stderr }).toEqual({ status: code, stderr: '' });
  expect(stdout).toMatch(output);
});

test('an unknown command is a usage error', () => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'walk'], { encoding: 'utf8' });

  expect(status).toBe(2);
  expect(stderr).toContain("unknown command 'walk'");
});
