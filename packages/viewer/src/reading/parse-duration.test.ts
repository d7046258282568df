import { expect, test } from 'vitest';

import { parseDuration } from './parse-duration.ts';

test.each([
  ['50ms', 50e6],
  ['1.5s', 1.5e9],
  ['250us', 250e3],
  ['250µs', 250e3],
  ['7ns', 7],
  ['2m', 120e9],
  ['1h', 3600e9],
  ['0', 0],
  ['50', 50e6],
])('%s are %d ns', (text, nanos) => {
  expect(parseDuration(text)).toBe(nanos);
});

test.each(['', 'ms', '-5ms', '5 ms', '5d', '1e3', '.5s', '0x10', '1,5s', `${'9'.repeat(16)}s`, '5constructor'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);
