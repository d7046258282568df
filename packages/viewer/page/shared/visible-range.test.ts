import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { scrollTopFor, visibleRange } from './visible-range.ts';

const ROW = 24;

test('all rows that are seen are drawn, and few others', () => {
  fc.assert(
    fc.property(
      fc.nat(100_000),
      fc.nat(100_000 * ROW),
      fc.integer({ min: 0, max: 3000 }),
      (count, scrollTop, height) => {
        const { first, end } = visibleRange(scrollTop, height, ROW, count);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(count);
        expect(end - first).toBeLessThan(height / ROW + 40);
        for (let row = Math.floor(scrollTop / ROW); row < count && row * ROW < scrollTop + height; row += 1) {
          expect(row >= first && row < end).toBe(true);
        }
      },
    ),
  );
});

test('a scroll by a pixel draws nothing anew, but where rows come into sight', () => {
  const ranges = Array.from({ length: 400 }, (_, scrollTop) =>
    JSON.stringify(visibleRange(scrollTop + 1000, 500, ROW, 9999)),
  );

  expect(new Set(ranges).size).toBeLessThanOrEqual(6);
});

test('scrolling to a row makes it seen whole, and one that is seen already moves nothing', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(24_000), fc.integer({ min: 2 * ROW, max: 900 }), (row, scrollTop, height) => {
      const next = scrollTopFor(row, scrollTop, height, ROW);
      expect(row * ROW).toBeGreaterThanOrEqual(next);
      expect((row + 1) * ROW).toBeLessThanOrEqual(next + height);
      expect(scrollTopFor(row, next, height, ROW)).toBe(next);
    }),
  );
});
