import fc from 'fast-check';
import { expect, test } from 'vitest';

import { demandOf } from '../../test/budget-traces.ts';
import { calibrate } from './calibrate.ts';
import type { Candidate } from './stratum.ts';

const candidatesOf = (values: readonly number[]): Candidate<number>[] =>
  values.map((randomness, place) => ({ trace: place, demand: demandOf(), randomness, value: 1, place }));

/** Even, as that of traces, and now and then at the ends. */
const randomness = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 9999 }).map((each) => each / 10_000) },
  fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
);

/** A stratum at the end of its window: the kept have more randomness than the reserve. */
const strata = fc
  .record({
    values: fc.uniqueArray(randomness, { maxLength: 30 }),
    kept: fc.nat(30),
    more: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true })),
  })
  .map(({ values, kept, more }) => {
    const all = candidatesOf(values.toSorted((a, b) => b - a));
    return { held: all.slice(0, kept), reserve: all.slice(kept, kept + 3), total: all.length + more };
  });

const most = ({ randomness }: Candidate<number>): number => 1 / (1 - randomness);
const sumOf = (numbers: Iterable<number>): number => [...numbers].reduce((sum, each) => sum + each, 0);

test('kept traces stand for like numbers', () => {
  const held = candidatesOf([0.9, 0.95]);

  const { counts, left } = calibrate(held, [], 8);

  expect([...counts.values()]).toEqual([4, 4]);
  expect(left).toBe(0);
});

test('one whose randomness allows less leaves more to the others', () => {
  const held = candidatesOf([0.5, 0.99]);

  expect([...calibrate(held, [], 8).counts.values()]).toEqual([2, 6]);
});

test('nothing stands for a stratum of which no trace is there', () => {
  expect(calibrate([], [], 2.5)).toEqual({ counts: new Map(), left: 2.5 });
});

test('the counts add up to the total but for what is left', () => {
  fc.assert(
    fc.property(strata, ({ held, reserve, total }) => {
      const { counts, left } = calibrate(held, reserve, total);

      expect(sumOf(counts.values()) + left).toBeCloseTo(total, 6);
      expect(left).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('none stands for more than its randomness allows, or for less than itself', () => {
  fc.assert(
    fc.property(strata, ({ held, reserve, total }) => {
      for (const [candidate, count] of calibrate(held, reserve, total).counts) {
        expect(count).toBeLessThanOrEqual(most(candidate));
        expect(count).toBeGreaterThanOrEqual(1 - 1e-9);
      }
    }),
  );
});

test('all that is held is kept; of the reserve the highest, and only where the others cannot stand for all', () => {
  fc.assert(
    fc.property(strata, ({ held, reserve, total }) => {
      const { counts, left } = calibrate(held, reserve, total);

      expect(held.every((each) => counts.has(each))).toBe(true);
      const taken = reserve.filter((each) => counts.has(each));
      const before = [...held, ...taken.slice(0, -1)];
      expect(taken).toEqual(reserve.slice(0, taken.length));
      if (taken.length > 0) expect(before.length === 0 || sumOf(before.map(most)) < total).toBe(true);
      if (left > 0) expect(taken).toEqual(reserve);
    }),
  );
});

test('the order in which traces came changes nothing', () => {
  fc.assert(
    fc.property(strata, fc.infiniteStream(fc.nat()), ({ held, reserve, total }, draws) => {
      const shuffled = <T>(items: readonly T[]): T[] =>
        items
          .map((item) => ({ item, place: draws.next().value }))
          .sort((a, b) => a.place - b.place)
          .map(({ item }) => item);

      const { counts, left } = calibrate(held, reserve, total);
      const again = calibrate(shuffled(held), shuffled(reserve), total);

      expect(again.left).toBeCloseTo(left, 9);
      expect(new Set(again.counts.keys())).toEqual(new Set(counts.keys()));
      for (const [candidate, count] of counts) expect(again.counts.get(candidate)).toBeCloseTo(count, 9);
    }),
  );
});

test('of traces that may stand for like numbers, those with the highest randomness are taken first', () => {
  const [highest, middle, lowest] = candidatesOf([1e-323, 5e-324, 0]) as [
    Candidate<number>,
    Candidate<number>,
    Candidate<number>,
  ];

  for (const reserve of [
    [highest, middle, lowest],
    [lowest, highest, middle],
    [middle, lowest, highest],
  ]) {
    expect([...calibrate([], reserve, 2).counts.keys()]).toEqual([highest, middle]);
  }
});

test('the highest randomness can stand for any number', () => {
  const held = candidatesOf([1]);

  expect([...calibrate(held, [], 1e12).counts.values()]).toEqual([1e12]);
});
