import { expect, test } from 'vitest';

import { biasOf, errorsOf, meanBias } from './sampling-bias.ts';
import { play, type MakeContender } from './sampling-contender.ts';
import { ratio } from './sampling-peers.ts';
import { makeWorkload, MIDDLING_ROUTE, shortRun } from './sampling-workload.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** Counts each kept trace as this many percent more than its probability says. */
const exaggerating =
  (percent: number): MakeContender =>
  ({ output, now }) => ({
    ended(trace) {
      if (trace.randomness >= 0.5) output.exported(trace, 2 * (1 + percent / 100), now());
    },
    tick() {},
    held: () => 0,
  });

const keepingAllBut =
  (route: string, carried?: (route?: string) => number): MakeContender =>
  ({ output, now }) => ({
    ended(trace) {
      if (trace.route !== route) output.exported(trace, 1, now());
    },
    tick() {},
    held: () => 0,
    ...(carried && { carried }),
  });

test('the mean, its standard error and z are those of the runs', () => {
  const bias = meanBias([1, 2, 3, 6].map((total) => ({ total, errors: -total, route: 0, thinned: 0 })));

  expect(bias.total.mean).toBe(3);
  expect(bias.total.standardError).toBeCloseTo(Math.sqrt(14 / 3 / 4));
  expect(bias.total.z).toBeCloseTo(3 / Math.sqrt(14 / 3 / 4));
  expect(bias.errors.z).toBeCloseTo(-bias.total.z);
  expect(bias.route.z).toBe(0);
});

test('runs that are all wrong by the same are infinitely wrong', () => {
  expect(meanBias([1, 1].map((total) => ({ total, errors: 0, route: 0, thinned: 0 }))).total.z).toBe(
    Number.POSITIVE_INFINITY,
  );
});

test('a fair ratio has no bias, and one that counts 5 % too many is found', () => {
  const options = { budget: 500, seeds: SEEDS, seconds: 10, containsStep: false };
  const fair = biasOf({ ...options, make: ratio(0.5) });
  const unfair = biasOf({ ...options, make: exaggerating(5) });

  for (const { z } of [fair.total, fair.errors, fair.route, fair.thinned]) expect(Math.abs(z)).toBeLessThan(4);
  expect(unfair.runs).toBe(SEEDS.length);
  expect(unfair.total.mean).toBeCloseTo(5, 0);
  expect(unfair.total.z).toBeGreaterThan(10);
});

test('what is still carried at the end of a run is not missing', () => {
  const workload = makeWorkload(1, shortRun(10, false));
  const size = workload.traces.filter(({ route }) => route === MIDDLING_ROUTE).length;
  const forgetful = errorsOf(play(workload, keepingAllBut(MIDDLING_ROUTE), 500));
  const carrying = errorsOf(
    play(
      workload,
      keepingAllBut(MIDDLING_ROUTE, () => size),
      500,
    ),
  );

  expect(forgetful.route).toBe(-100);
  expect(forgetful.total).toBeLessThan(0);
  expect(carrying.route).toBe(0);
  expect(carrying.total).toBeCloseTo(0);
});

test('a later stage is fair to counts that are those of the cut, and not to others', () => {
  const options = { budget: 500, seeds: SEEDS, seconds: 10, containsStep: false };
  const thinnedAt = (cut: number, count: number) =>
    biasOf({
      ...options,
      make: ({ output, now }) => ({
        ended(trace) {
          if (trace.randomness >= 1 - cut) output.exported(trace, count, now());
        },
        tick() {},
        held: () => 0,
      }),
    }).thinned;

  expect(Math.abs(thinnedAt(0.5, 2).z)).toBeLessThan(4);
  expect(Math.abs(thinnedAt(0.04, 25).z)).toBeLessThan(4);
  expect(thinnedAt(0.05, 10).mean).toBeCloseTo(-50, -1);
});
