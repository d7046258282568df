import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { commonFolder } from './common-folder.ts';

test('the folder that an application and its modules lie in is common to a stack', () => {
  const stack = `Error: card declined
    at charge (file:///home/ada/shop/services/payments.ts:31:11)
    at /home/ada/shop/services/server.ts:8:3
    at Layer.handle (/home/ada/shop/node_modules/express/lib/router/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)`;

  expect(commonFolder(stack.split('\n'))).toBe('/home/ada/shop/');
});

test.each([
  [[], ''],
  [['    at /app/a.ts:1:1'], ''],
  [['at /app/a.ts:1:1', 'at /srv/b.ts:1:1'], ''],
  [['at x (node:fs:1:1)', 'Error: no /path/ here'], ''],
])('%j have in common %j', (lines, folder) => {
  expect(commonFolder(lines)).toBe(folder);
});

test('the common folder begins all paths, whatever they are', () => {
  const part = fc.constantFrom('a', 'b', 'app', 'node_modules');
  const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => `/${parts.join('/')}/file.ts:1:2`);
  fc.assert(
    fc.property(fc.array(path, { maxLength: 6 }), (paths) => {
      const folder = commonFolder(paths.map((each) => `    at f (${each})`));
      for (const each of paths) expect(each.startsWith(folder)).toBe(true);
    }),
  );
});

test('a line of a megabyte takes no longer than a short one', () => {
  const began = performance.now();
  commonFolder(['/a'.repeat(500_000), ' '.repeat(1_000_000), '(/'.repeat(500_000)]);
  expect(performance.now() - began).toBeLessThan(500);
});
