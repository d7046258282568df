import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { PACKAGES, ROOT } from '../support/workspace.ts';

const TEXTS = ['*.ts', '*.mjs', '*.js', '*.md', '*.json', '*.yaml'];
const RECOMMENDED = /\b(?:npx|npm exec|pnpm dlx|yarn dlx|bunx)(?:\s+-{1,2}[\w=-]+)*\s+((?:@[\w-]+\/)?[\w.-]+)/g;
/** Run in a clone, from the repository's own dependencies. */
const OWN_TOOLS = new Set(['changeset', 'turbo']);

// npx downloads and runs whatever has the name, and a name that nobody has registered is anybody's.
test('no text recommends npx of a package that is not ours', () => {
  const ours = new Set(PACKAGES.map(({ manifest }) => manifest.name));
  const files = execFileSync('git', ['ls-files', '-z', ...TEXTS], { cwd: ROOT, encoding: 'utf8' }).split('\0');

  const recommended = files
    .filter((file) => file !== '' && file !== 'test/packaging/npx.test.ts')
    .flatMap((file) =>
      Array.from(readFileSync(ROOT + file, 'utf8').matchAll(RECOMMENDED), ([, name = '']) => [file, name] as const),
    );

  expect(recommended.filter(([, name]) => ours.has(name)).length).toBeGreaterThan(5);
  expect(recommended.filter(([, name]) => !ours.has(name) && !OWN_TOOLS.has(name))).toEqual([]);
});

test('every command that is not scoped belongs to a scoped package', () => {
  const names = PACKAGES.map(({ manifest }) => manifest.name);

  expect(names.filter((name) => !name.startsWith('@clew/'))).toEqual([]);
});
