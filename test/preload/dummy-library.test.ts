import { spawnSync } from 'node:child_process';

import type { StartOptions } from '@clew/sdk';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';

const node = process.env['CLEW_TEST_NODE'] ?? process.execPath;
const DIST = `${ROOT}packages/sdk/dist/`;

// A library that no release of ours knows, and its row: that is all it takes.
const ROW = `
  class DummyInstrumentation {
    instrumentationName = 'dummy';
    constructor(config) { console.log('constructed', JSON.stringify(config)); }
    setTracerProvider(provider) { console.log('gets a tracer', typeof provider.getTracer); }
    setMeterProvider() {}
    getConfig() { return { enabled: true }; }
  }
  const ROW = { name: 'dummy', modules: ['dummy'], load: () => DummyInstrumentation };`;

const start = (code: StartOptions) => `
  import { installInstrumentations } from '${DIST}instrumenting/install-instrumentations.js';
  import { LIBRARY_TABLE } from '${DIST}instrumenting/library-table.js';
  import { resolveOptions } from '${DIST}options/resolve-options.js';
  ${ROW}
  const { options } = resolveOptions({ code: ${JSON.stringify(code)}, env: process.env });
  const installed = installInstrumentations({ options, env: process.env, isStartingUp: () => false }, undefined, [...LIBRARY_TABLE, ROW]);
  const tell = () => console.log(installed.active().includes('dummy') ? 'active' : 'not active');
  tell();`;

test.each([
  ['import', ` await import('dummy');`],
  ['require', ` import { createRequire } from 'node:module'; createRequire(import.meta.url)('dummy');`],
])('a library that has a row is instrumented when the application loads it by %s', (_how, load) => {
  const lines = run(start({ instrumentations: { dummy: { depth: 2 } } }) + load);

  expect(lines).toEqual([
    'not active',
    'constructed {"depth":2}',
    'gets a tracer function',
    'the library runs',
    'active',
  ]);
});

test('a library that has a row is left out where the environment says so, and its name is no mistake', () => {
  const lines = run(`${start({})} await import('dummy');`, { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'dummy' });

  expect(lines).toEqual(['not active', 'the library runs', 'not active']);
});

function run(program: string, env: NodeJS.ProcessEnv = {}): string[] {
  using folder = fixture({
    'app/node_modules/dummy/index.js': `console.log('the library runs');`,
    'app/app.mjs': `${program}\ntell();`,
  });
  const { stdout, stderr } = spawnSync(node, ['app.mjs'], {
    cwd: `${folder.path}/app`,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}
