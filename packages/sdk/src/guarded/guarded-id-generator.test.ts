import { expect, test } from 'vitest';

import { guardedIdGenerator } from './guarded-id-generator.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

test('ids of the application are used as they are', () => {
  const generator = guardedIdGenerator({ generateTraceId: () => TRACE_ID, generateSpanId: () => SPAN_ID });

  expect([generator.generateTraceId(), generator.generateSpanId()]).toEqual([TRACE_ID, SPAN_ID]);
});

test.each([
  () => JSON.parse('no JSON') as string,
  () => undefined,
  () => Promise.resolve(TRACE_ID),
  () => '0'.repeat(32),
  () => 'xyz',
  () => 7,
])('where there is none, a random one is used: %s', (generate) => {
  const generator = guardedIdGenerator({ generateTraceId: generate, generateSpanId: generate } as never);

  expect(generator.generateTraceId()).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  expect(generator.generateSpanId()).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
});
