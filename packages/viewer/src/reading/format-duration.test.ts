import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatDuration } from './format-duration.ts';

test.each([
  [0n, '0µs'],
  [812_400n, '812µs'],
  [999_600n, '1.0ms'],
  [84_100_000n, '84.1ms'],
  [999_949_000n, '999.9ms'],
  [999_950_000n, '1.00s'],
  [1_240_000_000n, '1.24s'],
  [59_999_000_000n, '1m 0s'],
  [123_000_000_000n, '2m 3s'],
  [3_600_000_000_000n, '1h 0m'],
  [86_400_000_000_000n, '1d 0h'],
  [86_400_000_000_000n * 400n, '400d'],
])('%d ns are %s', (nanos, text) => {
  expect(formatDuration(nanos)).toBe(text);
});

test('no duration that OTLP can carry takes more than 7 characters', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.nat(64), (nanos, shift) => {
      expect(formatDuration(nanos >> BigInt(shift)).length).toBeLessThanOrEqual(7);
    }),
  );
});
