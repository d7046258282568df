import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { runApp } from '@clew/testing';
import { describe, expect, test } from 'vitest';

import { TARGETS } from '../../packages/sdk/src/instrumenting/targets.generated.ts';
import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';
import { VERSIONS } from './versions.ts';

const REGISTER = `${ROOT}packages/sdk/dist/register.js`;
const MODULES = TARGETS.flatMap(({ modules }) => modules).filter((name) => VERSIONS[name] !== undefined);

const STUBS = {
  'a plain object': 'module.exports = {};',
  null: 'module.exports = null;',
  'a frozen object': 'module.exports = Object.freeze({ stub: true });',
  'a text': "module.exports = 'stub';",
  'an arrow function': 'module.exports = () => 7;',
  'an object whose getters throw':
    "module.exports = Object.defineProperty({}, 'any', { enumerable: true, get() { throw new Error('no'); } });",
};

describe.each(Object.entries(STUBS))('a package whose export is %s', (_, stub) => {
  test.each(['require', 'import'])('is handed over as it is by %s, whatever its name', async (how) => {
    using folder = fixture({
      'app.mjs': `
        import { createRequire } from 'node:module';
        const require = createRequire(import.meta.url);
        for (const name of ${JSON.stringify(MODULES)}) {
          const exports = ${how === 'require' ? 'require(name)' : '(await import(name)).default'};
          const own = require.cache[require.resolve(name)].exports;
          // A function may stand for a function.
          if (exports !== own && typeof own !== 'function') console.log(name, typeof own, typeof exports);
        }
        console.log('done');`,
    });
    rmSync(join(folder.path, 'node_modules'));
    for (const name of MODULES) {
      folder.write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: VERSIONS[name] }));
      folder.write(`node_modules/${name}/index.js`, stub);
    }
    await using app = await runApp({ args: ['--import', REGISTER, 'app.mjs'], cwd: folder.path, preload: false });

    expect(await app.exited).toEqual({ code: 0, signal: null });
    expect(app.stdout).toBe('done\n');
    for (const line of app.stderr.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^$|^clew: (?:the instrumentation [\w.-]+ could not patch .+, which is not traced|instrumenting \w+ failed): /,
      );
    }
  });
});

test('a module that node:test mocks is the mock, imported and required', async () => {
  using folder = fixture({
    'app.test.mjs': `
      import { createRequire } from 'node:module';
      import test from 'node:test';
      import assert from 'node:assert';
      test('mocked', async (t) => {
        t.mock.module('express', { defaultExport: () => 'fake' });
        const { default: imported } = await import('express');
        assert.equal(imported(), 'fake');
      });`,
  });
  const args = ['--experimental-test-module-mocks', '--no-warnings', '--test-reporter=tap', 'app.test.mjs'];
  await using bare = await runApp({ args, cwd: folder.path, preload: false });
  await using preloaded = await runApp({ args, cwd: folder.path });

  expect(await preloaded.exited).toEqual(await bare.exited);
  expect(bare.stdout).toContain('# pass 1');
  expect(preloaded.stdout).toContain('# pass 1');
});
