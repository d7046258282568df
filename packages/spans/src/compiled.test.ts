import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..');

test('decorators, using and await using work as TypeScript compiles them, against the built package', () => {
  const compiled = compile('test/fixtures');
  const ran = spawnSync(process.execPath, ['.cache/compiled/shop.js'], { cwd: PACKAGE, encoding: 'utf8' });

  expect([compiled.stdout, compiled.status]).toEqual(['', 0]);
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toBe(`100 EUR from visa
101
charge 2
visa
Error: left early
payment.charge
  fee
receipts
  receipt.number
using
await using
`);
});

/** Runs the TypeScript compiler on a folder with a `tsconfig.json`. */
function compile(folder: string) {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(dirname(manifest), 'bin', 'tsc');
  return spawnSync(process.execPath, [tsc, '-p', join(PACKAGE, folder)], { encoding: 'utf8' });
}
