import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test } from 'vitest';

import { ROOT } from '../support/workspace.ts';
import { hotFunctions, hotPackages, packageOf } from './hot-functions.ts';

const frame = (functionName: string, url = '', lineNumber = 0) => ({ functionName, url, lineNumber, columnNumber: 0 });

test('a sample stands for the time until the next one, and waiting is no work', () => {
  const functions = hotFunctions({
    nodes: [
      { id: 1, callFrame: frame('send', 'file:///shop/node_modules/ioredis/index.js', 9) },
      { id: 2, callFrame: frame('(idle)') },
      { id: 3, callFrame: frame('(garbage collector)') },
    ],
    samples: [1, 2, 3, 1],
    timeDeltas: [500, 10, 1000, 30],
  });

  expect(functions).toEqual([
    { package: '(V8)', name: '(garbage collector)', place: '', value: 30 },
    { package: 'ioredis', name: 'send', place: 'index.js:10', value: 10 },
  ]);
});

test('a function that is called from several places is one, and packages are sums of their functions', () => {
  const send = frame('send', 'file:///shop/node_modules/ioredis/index.js', 9);
  const parse = frame('parse', 'file:///shop/node_modules/ioredis/parser.js');
  const leaf = (callFrame: typeof send, selfSize: number) => ({ callFrame, selfSize, children: [] });
  const root = { callFrame: frame('(root)'), selfSize: 0, children: [leaf(send, 10), leaf(parse, 15)] };

  const functions = hotFunctions({
    head: { ...root, children: [...root.children, leaf(send, 20), leaf(frame(''), 5)] },
  });

  expect(functions.map(({ name, value }) => [name, value])).toEqual([
    ['send', 30],
    ['parse', 15],
    ['(anonymous)', 5],
  ]);
  expect(hotPackages(functions)[0]).toEqual({ package: 'ioredis', value: 45 });
});

test('the package is the innermost that a file is installed in, or ours', () => {
  expect(packageOf('file:///shop/node_modules/a/node_modules/@scope/b/index.js')).toBe('@scope/b');
  expect(packageOf('node:internal/streams/readable')).toBe('node');
  expect(packageOf(pathToFileURL(`${ROOT}packages/sdk/dist/index.js`).href)).toBe('@clew/sdk');
  expect(packageOf(pathToFileURL(`${ROOT}test/bench/fixtures/requests-app.cjs`).href)).toBe('the application');
  expect(packageOf('file:///elsewhere/packages/sdk/index.js')).toBe('the application');
});

test('what was bundled from compiled code is found where it was written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hot-functions-'));
  const bundle = join(folder, 'bundle.cjs');
  const url = pathToFileURL(bundle).href;
  // Line 1 of the bundle is line 1 of what was compiled, and that is line 3 of the source.
  const map = (source: string, mappings: string) =>
    JSON.stringify({ version: 3, sources: [source], names: [], mappings });
  mkdirSync(join(folder, 'node_modules/uuid'), { recursive: true });
  writeFileSync(`${bundle}.map`, map('node_modules/uuid/v4.js', 'AAAA'));
  writeFileSync(join(folder, 'node_modules/uuid/v4.js.map'), map('v4.ts', 'AAEA'));

  const [found] = hotFunctions({ head: { callFrame: frame('random', url), selfSize: 1, children: [] } });
  rmSync(folder, { recursive: true });

  expect(found).toEqual({ package: 'uuid', name: 'random', place: 'v4.ts:3', value: 1 });
});

test('a profile of V8 has the function that took the time on top', async () => {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  burn();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();

  const { nodes, samples = [], timeDeltas = [] } = profile;
  const own = hotFunctions({ nodes, samples, timeDeltas }).find(({ place }) => place !== '');

  expect(own).toMatchObject({ name: 'burn', package: 'the application' });
});

function burn(): number {
  let sum = 0;
  for (let n = 0; n < 50_000_000; n++) sum = (sum * 31 + n) % 1_000_003;
  return sum;
}
