import { probabilityOf, thresholdOf } from '@clew/trace-context';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { estimate } from './estimate.ts';

const HALF = thresholdOf(0.5);

test('each thing stands for 1 / probability, and a kept one of a half adds a (a - 1) = 2 to the variance', () => {
  const kept = Array.from({ length: 100 }, (_, i) => ({ traceId: String(i), threshold: HALF }));

  const { count, low, high } = estimate(kept);

  expect(count).toBe(200);
  expect(high - count).toBeCloseTo(1.96 * Math.sqrt(100 * 2 * 1));
  expect(count - low).toBeCloseTo(high - count);
});

test('where all are kept the estimate is exact', () => {
  expect(estimate([{ traceId: 'a', threshold: '0' }])).toEqual({ count: 1, low: 1, high: 1, unknown: 0 });
  expect(estimate([])).toEqual({ count: 0, low: 0, high: 0, unknown: 0 });
});

test('what is kept without a threshold is not counted, and told', () => {
  const kept = [
    { traceId: 'a', threshold: undefined },
    { traceId: 'b', threshold: '0' },
  ];

  expect(estimate(kept)).toEqual({ count: 1, low: 1, high: 1, unknown: 1 });
});

test('the variance of things of one trace is that of the formula for pairs', () => {
  const things = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('0', '8', 'e666', 'f8', 'fd70a')));

  fc.assert(
    fc.property(things, (given) => {
      const kept = given.map(([traceId, threshold]) => ({ traceId, threshold }));

      const { count, high } = estimate(kept);

      let variance = 0;
      for (const one of kept) {
        for (const other of kept) {
          if (one.traceId !== other.traceId) continue;
          const [p, q] = [probabilityOf(one.threshold), probabilityOf(other.threshold)];
          variance += (Math.min(p, q) - p * q) / Math.min(p, q) / p / q;
        }
      }
      expect(high - count).toBeCloseTo(1.96 * Math.sqrt(variance), 6);
    }),
  );
});
