import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

import { isUntracedTool } from './untraced-tool.ts';

test.each([
  ['/usr/lib/node_modules/npm/bin/npm-cli.js', true],
  ['/usr/lib/node_modules/npm/bin/npx-cli.js', true],
  ['/app/.yarn/releases/yarn.cjs', true],
  ['/app/.yarn/releases/yarn-4.12.0.cjs', true],
  ['/usr/lib/node_modules/pnpm/bin/pnpm.cjs', true],
  ['/usr/lib/node_modules/corepack/dist/corepack.js', true],
  ['/app/node_modules/.bin/clew', true],
  ['/app/node_modules/@clew/cli/bin/clew.js', true],
  [String.raw`C:\npm\npm-cli.js`, true],
  ['/app/server.js', false],
  ['/app/my-npm-cli.js', false],
  ['/app/clew/server.js', false],
  ['/usr/bin/npx', true],
  ['/usr/bin/npm', true],
  ['/app/npm', false],
  ['/app/npx', false],
  [undefined, false],
])('%s is a tool that is not traced: %s', (script, expected) => {
  const realPath = (path: string) => path.replace(/^\/usr\/bin\/(.*)$/, '/usr/lib/node_modules/npm/bin/$1-cli.js');

  expect(isUntracedTool(script, realPath)).toBe(expected);
});

test.each([
  [
    'a folder that is called as a tool',
    'yarn',
    { 'yarn/package.json': '{ "name": "shop" }', 'yarn/index.js': '' },
    false,
  ],
  ['a folder without a package', 'pnpm', { 'pnpm/index.js': '' }, false],
  ['a script of the application', 'pnpm.js', { 'package.json': '{ "name": "shop" }', 'pnpm.js': '' }, false],
  ['a script without a package', 'corepack.mjs', { 'corepack.mjs': '' }, false],
  [
    'a package of that name of somebody else',
    'npm-cli.js',
    { 'package.json': '{ "name": "my-npm" }', 'npm-cli.js': '' },
    false,
  ],
  ['a package.json that is none', 'yarn.js', { 'package.json': '{', 'yarn.js': '' }, false],
  [
    'the package of the tool',
    'lib/bin/yarn.js',
    { 'lib/package.json': '{ "name": "yarn" }', 'lib/bin/yarn.js': '' },
    true,
  ],
  [
    'a module format in between',
    'lib/bin/pnpm.cjs',
    {
      'lib/package.json': '{ "name": "pnpm" }',
      'lib/bin/package.json': '{ "type": "commonjs" }',
      'lib/bin/pnpm.cjs': '',
    },
    true,
  ],
  [
    'a release in the project',
    '.yarn/releases/yarn-4.12.0.cjs',
    { 'package.json': '{ "name": "shop" }', '.yarn/releases/yarn-4.12.0.cjs': '' },
    true,
  ],
  ["Corepack's cache", 'corepack/v1/yarn/4.12.0/yarn.js', { 'corepack/v1/yarn/4.12.0/yarn.js': '' }, true],
])('%s: %s', (_name, script, files, expected) => {
  using folder = filesIn(files);

  expect(isUntracedTool(join(folder.path, script), realpathSync)).toBe(expected);
});

test('a link to a tool is followed, and one to a script of the application', () => {
  using folder = filesIn({
    'node_modules/npm/package.json': '{ "name": "npm" }',
    'node_modules/npm/bin/npm-cli.js': '',
    'package.json': '{ "name": "shop" }',
    'server.js': '',
  });
  symlinkSync(join(folder.path, 'node_modules/npm/bin/npm-cli.js'), join(folder.path, 'yarn'));
  symlinkSync(join(folder.path, 'server.js'), join(folder.path, 'pnpm'));

  expect(isUntracedTool(join(folder.path, 'yarn'), realpathSync)).toBe(true);
  expect(isUntracedTool(join(folder.path, 'pnpm'), realpathSync)).toBe(false);
});

function filesIn(files: Readonly<Record<string, string>>) {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'clew-tools-')));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
