import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createDurationSketch } from './duration-sketch.ts';

const shares = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });

/** The least of the durations that a share of them does not exceed. */
const exactQuantile = (durations: readonly number[], share: number): number =>
  durations.toSorted((a, b) => a - b)[Math.max(Math.ceil(share * durations.length) - 1, 0)]!;

function sketchOf(durations: readonly number[]) {
  const sketch = createDurationSketch();
  for (const each of durations) sketch.add(each);
  return sketch;
}

test('a quantile is at most 2 % above the exact one, and never below', () => {
  const durations = fc.array(
    fc.double({ min: 0.01, max: 1e8, noNaN: true }).map((n) => n ** 0.5 * 10),
    {
      minLength: 1,
      maxLength: 200,
    },
  );
  const property = fc.property(durations, shares, (durations, share) => {
    const ratio = sketchOf(durations).quantile(share) / exactQuantile(durations, share);

    expect(ratio).toBeGreaterThanOrEqual(1);
    expect(ratio).toBeLessThan(1.0201);
  });
  fc.assert(property, { numRuns: 1000 });
});

test('of durations that are all the same, none is above a quantile', () => {
  const durations = Array.from({ length: 1160 }, (_, n) => [0.01 * 1.02 ** n, 0.01 * 1.0197 ** n]).flat();
  const above = durations.filter((millis) => millis > sketchOf([millis, millis]).quantile(0.5));

  expect(above).toEqual([]);
});

test('durations of any kind are counted within bounds, and those that are none are left out', () => {
  const sketch = sketchOf([Number.NaN, -1, -Infinity]);
  expect([sketch.count(), sketch.quantile(0.5)]).toEqual([0, Number.NaN]);

  for (const millis of [0, -0, 5e-324, 1e300, Infinity]) sketch.add(millis);
  expect(sketch.count()).toBe(5);
  expect(sketch.quantile(0.5)).toBeCloseTo(0.01);
  expect(sketch.quantile(0.99)).toBe(1e8);
});

test('any durations, in any order, are as many as were counted', () => {
  const property = fc.property(fc.array(fc.double()), shares, (durations, share) => {
    const sketch = sketchOf(durations);

    expect(sketch.count()).toBe(durations.filter((millis) => millis >= 0).length);
    if (sketch.count() === 0) return;
    expect(sketch.quantile(share)).toBeGreaterThanOrEqual(0.01);
    expect(sketch.quantile(share)).toBeLessThanOrEqual(1e8);
  });
  fc.assert(property, { numRuns: 500 });
});

test('what decays weighs less than what came later, and nothing is left in the end', () => {
  const sketch = sketchOf(Array.from({ length: 100 }, () => 10));
  sketch.decay(0.1);
  expect(sketch.count()).toBeCloseTo(10);

  for (let i = 0; i < 30; i++) sketch.add(1000);
  expect(sketch.quantile(0.5) / 1000).toBeCloseTo(1, 1);
  expect(sketch.quantile(0.2) / 10).toBeCloseTo(1, 1);

  sketch.decay(1e-5);
  expect(sketch.count()).toBe(0);
  sketch.add(5);
  expect(sketch.quantile(0.5) / 5).toBeCloseTo(1, 1);
});
