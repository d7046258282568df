import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { stackLines } from './stack-frames.ts';

test('frames of the application are told from those of libraries and of Node', () => {
  const stack = `Error: card declined
    at charge (file:///app/payments/charge.ts:120:11)
    at /app/payments/server.ts:8:3
    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)`;

  expect(stackLines(stack).map(({ kind }) => kind)).toEqual(['message', 'own', 'own', 'foreign', 'foreign']);
});

test.each([
  ['  File "/app/orders.py", line 12, in place', 'own'],
  ['  File "/venv/lib/python3.12/site-packages/flask/app.py", line 1498, in wsgi', 'foreign'],
  ['\tat com.shop.Orders.place(Orders.java:42)', 'own'],
  ['\tat java.lang.Thread.run(Thread.java:1583)', 'foreign'],
  ['\t/app/main.go:31 +0x1d', 'own'],
  ['Caused by: boom', 'message'],
])('%j is %s', (line, kind) => {
  expect(stackLines(line)).toEqual([{ text: line, kind }]);
});

test('any text is read, in linear time and up to 200 lines', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(text).toContain(stackLines(text)[0]?.text ?? '');
    }),
  );
  const began = performance.now();
  expect(stackLines(`${' '.repeat(100_000)}\n${'at '.repeat(100_000)}\n`.repeat(300))).toHaveLength(100);
  expect(performance.now() - began).toBeLessThan(3000);
});
