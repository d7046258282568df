import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { fullDuration } from './full-duration.ts';

test.each([
  [[], 0],
  [[5, 10], 10],
  [[10, 20, 30, 40], 40],
  [[...Array.from({ length: 99 }, () => 40), 2000], 50],
])('of %j, %d fills a bar', (durations, full) => {
  expect(fullDuration(durations)).toBe(full);
});

test('nine of ten bars are not cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e9), { minLength: 1 }), (durations) => {
      const full = fullDuration(durations);
      expect(durations.filter((each) => each > full).length).toBeLessThanOrEqual(durations.length / 10);
    }),
  );
});
