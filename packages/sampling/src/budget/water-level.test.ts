import fc from 'fast-check';
import { expect, test } from 'vitest';

import { waterLevel, type Basin } from './water-level.ts';

/** Numbers of any size: as likely below 1 as above. */
const sizes = (exponent: number) => fc.double({ min: -exponent, max: exponent, noNaN: true }).map((each) => 10 ** each);
const basinsOf = (exponent: number) =>
  fc.array(fc.record({ capacity: sizes(exponent), slope: sizes(exponent) }), { minLength: 1, maxLength: 20 });

const filledAt = (basins: readonly Basin[], level: number): number =>
  basins.reduce((sum, { capacity, slope }) => sum + Math.min(capacity, slope * level), 0);
const allOf = (basins: readonly Basin[]): number => basins.reduce((sum, { capacity }) => sum + capacity, 0);
const shares = fc.double({ min: 1e-6, max: 0.999, noNaN: true });

test('each basin takes what it can hold or its part of the level', () => {
  const basins = [
    { capacity: 1, slope: 1 },
    { capacity: 10, slope: 2 },
    { capacity: 100, slope: 1 },
  ];

  expect(waterLevel(basins, 0.4)).toBeCloseTo(0.1, 12);
  expect(waterLevel(basins, 7)).toBe(2);
  expect(waterLevel(basins, 61)).toBe(50);
});

test.each([0, -1, Number.NaN, -Infinity])('a budget of %s keeps none', (budget) => {
  expect(waterLevel([{ capacity: 1, slope: 1 }], budget)).toBe(0);
  expect(waterLevel([], budget)).toBe(0);
});

test('there is no level when all fits', () => {
  expect(waterLevel([], 1)).toBe(Infinity);
  expect(waterLevel([{ capacity: 3, slope: 2 }], 4)).toBe(Infinity);
  fc.assert(
    fc.property(basinsOf(100), (basins) => {
      expect(waterLevel(basins, allOf(basins) * (1 + 1e-9))).toBe(Infinity);
    }),
  );
});

test.each([6, 12, 100])('the budget is spent, with numbers from 1e-%s to the inverse', (exponent) => {
  fc.assert(
    fc.property(basinsOf(exponent), shares, (basins, share) => {
      const budget = share * allOf(basins);

      const spent = filledAt(basins, waterLevel(basins, budget));

      expect(Math.abs(spent / budget - 1)).toBeLessThan(1e-9);
    }),
    { numRuns: 1000 },
  );
});

test('a basin whose slope is nothing beside that of another is not taken for full', () => {
  const steep = { capacity: 1, slope: 1e20 };

  expect(waterLevel([steep, { capacity: 1000, slope: 1 }], 501)).toBeCloseTo(500, 9);
});

test('a greater budget has no lower level', () => {
  fc.assert(
    fc.property(basinsOf(12), shares, shares, (basins, one, other) => {
      const budget = allOf(basins);

      const lower = waterLevel(basins, Math.min(one, other) * budget);
      const higher = waterLevel(basins, Math.max(one, other) * budget);

      expect(lower).toBeLessThanOrEqual(higher * (1 + 1e-12));
    }),
  );
});

test('the order of the basins is of no importance', () => {
  fc.assert(
    fc.property(basinsOf(12), shares, (basins, share) => {
      const level = waterLevel(basins, share * allOf(basins));

      expect(waterLevel(basins.toReversed(), share * allOf(basins)) / level).toBeCloseTo(1, 9);
    }),
  );
});

test('empty basins, and those that no level fills, change nothing for the others', () => {
  fc.assert(
    fc.property(basinsOf(6), shares, fc.nat(3), fc.nat(3), (basins, share, empty, flat) => {
      const more = [
        ...Array.from({ length: flat }, () => ({ capacity: 5, slope: 0 })),
        ...basins.flatMap((basin) => [basin, ...Array.from({ length: empty }, () => ({ capacity: 0, slope: 0 }))]),
      ];
      const budget = share * allOf(basins);

      expect(waterLevel(more, budget)).toBe(waterLevel(basins, budget));
    }),
  );
});

test('it looks at each basin as often as it takes to sort them', () => {
  const count = 2 ** 14;
  let reads = 0;
  const basins = Array.from({ length: count }, (_, index) => ({
    slope: 1,
    get capacity() {
      reads += 1;
      return ((index * 7919) % count) + 1;
    },
  }));

  expect(waterLevel(basins, count * 10)).toBeGreaterThan(1);

  expect(reads).toBeLessThan(4 * count * Math.log2(count));
});
