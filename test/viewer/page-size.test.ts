import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { ROOT } from '../support/workspace.ts';

const VIEWER = join(ROOT, 'packages/viewer');
const PAGE = join(VIEWER, 'dist/page');

test('the page takes at most 60 kB on its way to the browser', () => {
  const files = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(?:html|js|css|svg)$/.test(file),
  );
  const sizes = files.map((file) => gzipSync(readFileSync(join(PAGE, file))).length);

  expect(files.map((file) => file.replace(/-[\w-]+\./, '.')).toSorted()).toEqual([
    'assets/index.css',
    'assets/index.js',
    'icon.svg',
    'index.html',
  ]);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
});

test('the page names no address but its own files', () => {
  const files = readdirSync(join(PAGE, 'assets')).map((file) => readFileSync(join(PAGE, 'assets', file), 'utf8'));

  const addresses = files.flatMap((text) => text.match(/(?:https?:)?\/\/[a-z\d-]+\.[a-z\d.-]+/gi) ?? []);
  expect(addresses.filter((address) => !address.includes('www.w3.org'))).toEqual([]); // names of SVG and MathML
});

test('the licences of what is in the page stand beside it', () => {
  const notices = readFileSync(join(PAGE, 'THIRD-PARTY-NOTICES.md'), 'utf8');

  const named = [...notices.matchAll(/^## (\S+) - [\d.]+ \((.*)\)$/gm)].map(
    ([, name, licence]) => `${name} ${licence}`,
  );
  expect(named.toSorted()).toEqual(['@preact/signals MIT', '@preact/signals-core MIT', 'preact MIT']);
});

test('the package is at most 400 kB as it is published', () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json'], { cwd: VIEWER, encoding: 'utf8' });

  const [{ size } = { size: Infinity }] = Object.values(JSON.parse(stdout) as Record<string, { size: number }>);
  expect(size).toBeGreaterThan(50_000);
  expect(size).toBeLessThan(400_000);
});
