import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { slowThreshold } from './slow-threshold.ts';

test('of nine quick traces and a slow one, the slow one is above the threshold', () => {
  const durations = [3, 4, 5, 6, 7, 8, 9, 4, 5, 740].map((millis) => millis * 1e6);

  expect(slowThreshold(durations)).toBe('500ms');
});

test.each([
  [[], undefined],
  [[1e6, 2e6], undefined],
  [[10, 10, 10, 10, 10], undefined],
  [[2e9, 2e9, 2e9, 2e9, 9e9], '5s'],
])('of %j the threshold is %s', (durations, threshold) => {
  expect(slowThreshold(durations)).toBe(threshold);
});

test('at most one of ten traces, and the one at the border, are much slower than others', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e12), { minLength: 5 }), (durations) => {
      const [, digits = '0', unit] = /^(\d+)(ms|s)$/.exec(slowThreshold(durations) ?? '0ms') ?? [];
      const nanos = Number(digits) * (unit === 's' ? 1e9 : 1e6);
      expect(durations.filter((each) => each >= nanos).length).toBeGreaterThanOrEqual(durations.length * 0.1 - 1);
    }),
  );
});
