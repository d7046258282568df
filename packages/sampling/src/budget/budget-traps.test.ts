// Ways in which a budget gets its counts or its limits wrong. Each test fails where the engine goes that way.

import { probabilityOf } from '@clew/trace-context';
import { describe, expect, test } from 'vitest';

import { countOf, createBudgetRun, keptOf, spansOf, type BudgetRun } from '../../test/budget-run.ts';
import { createEstimates, demandOf, randomnessFrom, type Estimates } from '../../test/budget-traces.ts';
import { mulberry32 } from '../../test/seeded-random.ts';
import type { Demand } from './demand.ts';
import { createWindow, type BudgetWindow } from './window.ts';

type KeptTrace = ReturnType<BudgetWindow<number>['close']>[number];

const COUNTS = ['exact', 'calibrated'] as const;

/** Contents of one window, the same for all seeds, and its limits. */
interface WindowPlan {
  readonly demands: readonly Partial<Demand>[];
  readonly isCalibrated?: boolean;
  /** By the number of traces that have come. */
  readonly limit: (place: number) => number;
  readonly limitAtEnd: number;
}

interface WindowEnd {
  readonly kept: readonly KeptTrace[];
  readonly carried: ReadonlyMap<string, number>;
}

/** One window with a key for a stratum; `carried` is from the windows before. */
function runWindow(plan: WindowPlan, randomIds: () => number, carried = new Map<string, number>()): WindowEnd {
  const { demands, isCalibrated = false, limit, limitAtEnd } = plan;
  const window = createWindow<number>({
    valueOf: (spans) => spans ** -0.5,
    startOf: () => ({ weight: 1, isCalibrated }),
    drop() {},
    carried,
  });
  for (const [place, part] of demands.entries()) {
    const demand = demandOf({ randomness: randomnessFrom(randomIds), ...part });
    window.offer(place, demand, demand.key, () => limit(place));
  }
  return { kept: window.close(limitAtEnd), carried };
}

const countsOf = (kept: readonly KeptTrace[]): number => kept.reduce((sum, trace) => sum + countOf(trace), 0);
const times = <T>(count: number, make: (place: number) => T): T[] =>
  Array.from({ length: count }, (_, place) => make(place));

/** Estimates the number of traces of a window over seeds. */
function estimateWindow(plan: WindowPlan, seeds: number): Estimates {
  const estimates = createEstimates();
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { kept, carried } = runWindow(plan, mulberry32(seed));
    const left = [...carried.values()].reduce((sum, count) => sum + count, 0);
    estimates.add('total', countsOf(kept) + left, plan.demands.length);
  }
  return estimates;
}

/** Offers traces at an even rate; `make` says what they are. */
function load(
  run: BudgetRun,
  { perSecond, seconds, seed = 1 }: { readonly perSecond: number; readonly seconds: number; readonly seed?: number },
  make: (random: () => number) => Partial<Demand>,
): void {
  const random = mulberry32(seed);
  let place = 0;
  for (let slot = 1; slot <= seconds * 10; slot += 1) {
    for (; place < (slot * perSecond) / 10; place += 1)
      run.offer({ randomness: randomnessFrom(random), ...make(random) });
    run.pass(100);
  }
}

const sumOf = (numbers: Iterable<number>): number => [...numbers].reduce((sum, each) => sum + each, 0);

describe('1: the time at which traces are let go of', () => {
  const limit = (place: number): number => 10 + place / 4;
  const plan = { demands: times(40, () => ({})), limit, limitAtEnd: 30 };

  test('does not follow from the number that is held', () => {
    expect(Math.abs(estimateWindow(plan, 4000).zs()['total'] ?? Infinity)).toBeLessThan(4);
  });

  test('is the same for all values of the randomness', () => {
    const thresholds = times(50, (seed) => runWindow(plan, mulberry32(seed)).kept.map(({ threshold }) => threshold));

    expect(new Set(thresholds.flat()).size).toBe(1);
  });
});

test('2: what was let go of at a lower level is not kept again when the limit rises', () => {
  const limit = (place: number): number => (place < 30 ? 5 : 100);
  const plan = { demands: times(40, () => ({})), limit, limitAtEnd: 100 };

  const { kept } = runWindow(plan, mulberry32(1));

  expect(countOf(kept[0] ?? { threshold: undefined })).toBeGreaterThan(5);
  expect(Math.abs(estimateWindow(plan, 2000).zs()['total'] ?? Infinity)).toBeLessThan(4);
});

test.each(COUNTS)('3: of ten times the budget no more than the budget is kept (%s)', (counts) => {
  const run = createBudgetRun({ counts, spansPerSecond: 100 });

  load(run, { perSecond: 250, seconds: 60 }, (random) => ({ spans: 4, key: `${Math.floor(random() * 8)}` }));
  run.closeAll();

  expect(spansOf(keptOf(run.offered))).toBeLessThan(1.25 * 60 * 100);
});

describe('4: where no trace of a calibrated stratum is kept', () => {
  const STRATA = 20;
  const PER_STRATUM = 60;
  const plan: WindowPlan = {
    demands: times(STRATA * PER_STRATUM, (place) => ({ key: `${place % STRATA}` })),
    isCalibrated: true,
    limit: () => STRATA,
    limitAtEnd: STRATA,
  };

  test('the highest of the others stand for them, and what they cannot stand for is carried', () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const { kept, carried } = runWindow(plan, mulberry32(seed));

      for (let key = 0; key < STRATA; key += 1) {
        const counted = countsOf(kept.filter(({ demand }) => demand.key === `${key}`));
        expect((counted + (carried.get(`${key}`) ?? 0)) / PER_STRATUM).toBeCloseTo(1, 6);
      }
    }
  });

  test('three are enough for all but few counts to be carried', () => {
    const parts = times(200, (seed) => sumOf(runWindow(plan, mulberry32(seed)).carried.values()));

    expect(sumOf(parts) / (parts.length * plan.demands.length)).toBeLessThan(0.03);
  });

  test('a carried count is told by the next window', () => {
    const carried = new Map([['0', 7]]);

    const { kept } = runWindow({ ...plan, demands: plan.demands.slice(0, 600) }, mulberry32(5), carried);

    const counted = countsOf(kept.filter(({ demand }) => demand.key === '0')) + (carried.get('0') ?? 0);
    expect(counted / (30 + 7)).toBeCloseTo(1, 6);
  });
});

test.each([
  ['all of the demand can be kept', 70],
  ['there is hardly any', 10],
])('5: counts are not carried for ever when %s', (_, perSecond) => {
  const run = createBudgetRun({ counts: 'calibrated', spansPerSecond: 100 });
  const key = (random: () => number): string => `${Math.floor(random() * 20)}`;
  load(run, { perSecond: 60, seconds: 60 }, (random) => ({ key: key(random), spans: 40 }));
  run.pass(60_000);
  expect(run.budget.carried.size).toBeGreaterThan(0);
  const before = sumOf(run.budget.carried.values()) + sumOf(run.offered.map((trace) => countOf(trace)));

  load(run, { perSecond, seconds: 120 }, (random) => ({ key: key(random) }));
  run.closeAll();

  const counted = sumOf(run.offered.map((trace) => countOf(trace)));
  expect(run.budget.carried.size).toBe(0);
  expect(counted / (before + perSecond * 120)).toBeCloseTo(1, 5);
});

test('6: at a small budget calibrated windows are long enough for each key to have some traces', () => {
  const run = createBudgetRun({ counts: 'calibrated', spansPerSecond: 150 });
  const keys = 60;
  load(run, { perSecond: 150, seconds: 60 }, (random) => ({ spans: 13, key: `${Math.floor(random() * keys)}` }));
  const from = run.offered.length;

  load(run, { perSecond: 150, seconds: 180 }, (random) => ({ spans: 13, key: `${Math.floor(random() * keys)}` }));
  run.closeAll();

  const errors = times(keys, (key) => {
    const all = run.offered.slice(from).filter(({ demand }) => demand.key === `${key}`);
    return Math.abs(sumOf(all.map((trace) => countOf(trace))) / all.length - 1);
  });
  expect(sumOf(errors) / keys).toBeLessThan(0.12);
  expect(run.budget.windowMillis()).toBeGreaterThan(14_000);
});

describe('7: traces with thousands of spans', () => {
  const giants = (random: () => number): Partial<Demand> => ({
    spans: random() < 1 / 300 ? 4000 : 8,
    key: `${Math.floor(random() * 60)}`,
  });

  test('do not fill the memory or stretch the windows', () => {
    const run = createBudgetRun({ counts: 'calibrated', spansPerSecond: 200 });
    let most = 0;
    for (let second = 0; second < 120; second += 1) {
      load(run, { perSecond: 100, seconds: 1, seed: second }, giants);
      most = Math.max(most, run.budget.held());
    }

    expect(most).toBeLessThan(20_000);
    expect(run.budget.windowMillis()).toBe(10_000);
  });

  test.each(COUNTS)('have true counts, as all others (%s)', (counts) => {
    const estimates = createEstimates();
    for (let seed = 1; seed <= 20; seed += 1) {
      const run = createBudgetRun({ counts, spansPerSecond: 200 });
      load(run, { perSecond: 60, seconds: 30, seed }, giants);
      run.closeAll();

      const big = run.offered.filter(({ demand }) => demand.spans === 4000);
      estimates.add('giants', sumOf(big.map((trace) => countOf(trace))), big.length);
      const total = sumOf(run.offered.map((trace) => countOf(trace))) + sumOf(run.budget.carried.values());
      estimates.add('total', total, run.offered.length);
    }

    for (const z of Object.values(estimates.zs())) expect(Math.abs(z)).toBeLessThan(4);
  });
});

test.each(COUNTS)('8: the number of the few biggest traces is true over many seeds (%s)', (counts) => {
  const random = mulberry32(8);
  const demands = times(150, (place) => ({
    spans: Math.min(200, Math.ceil((1 - random()) ** -0.9)),
    key: `${place % 15}`,
  }));
  const plan = { demands, isCalibrated: counts === 'calibrated', limit: () => 150, limitAtEnd: 150 };
  const isBig = ({ spans = 1 }: Partial<Demand>): boolean => spans > 20;
  const estimates = createEstimates();
  const truth = demands.filter(isBig).length;
  const share = (key: string): number => demands.filter((each) => each.key === key && isBig(each)).length / 10;
  const shares = new Map(demands.map(({ key }) => [key, share(key)]));

  for (let seed = 1; seed <= 1000; seed += 1) {
    const { kept, carried } = runWindow(plan, mulberry32(seed));
    // A carried count stands for each trace of its stratum alike.
    const later = sumOf([...carried].map(([key, count]) => count * (shares.get(key) ?? 0)));
    const big = countsOf(kept.filter(({ demand }) => isBig(demand))) + later;
    estimates.add('big', big, truth);
    estimates.add('small', countsOf(kept) + sumOf(carried.values()) - big, demands.length - truth);
  }

  expect(truth).toBeGreaterThan(3);
  for (const z of Object.values(estimates.zs())) expect(Math.abs(z)).toBeLessThan(4);
});

describe('9: a kept trace', () => {
  test('passes its threshold, which is rounded', () => {
    const ids = ['aaaaa800000000', 'aaaaf000000000', 'aaab0000000000'];
    const demands = ids.map((randomness) => ({ randomness }));

    const { kept } = runWindow({ demands, limit: () => 10, limitAtEnd: 1 }, mulberry32(1));

    expect(kept.map(({ threshold, demand }) => [threshold, demand.randomness])).toEqual([['aaab', 'aaab0000000000']]);
  });

  test.each(['7fffffffffffff', 'bffffffffffffd', 'fffffffffffff7'])(
    'passes its threshold where a double does not hold its randomness (%s)',
    (randomness) => {
      const demands = [{ randomness }, ...times(40, () => ({ randomness: '00000000000000' }))];

      const { kept } = runWindow({ demands, isCalibrated: true, limit: () => 20, limitAtEnd: 20 }, mulberry32(1));

      expect(kept.length).toBeGreaterThan(0);
      for (const { threshold, demand } of kept) expect(demand.randomness >= threshold.padEnd(14, '0')).toBe(true);
    },
  );

  test('of a calibrated stratum passes its threshold', () => {
    const demands = times(200, (place) => ({ key: `${place % 5}` }));
    for (let seed = 1; seed <= 200; seed += 1) {
      const plan = { demands, isCalibrated: true, limit: () => 10, limitAtEnd: 10 };
      for (const { threshold, demand } of runWindow(plan, mulberry32(seed)).kept) {
        expect(demand.randomness >= threshold.padEnd(14, '0')).toBe(true);
      }
    }
  });

  test('of a calibrated stratum has no lower threshold than its ceiling, whatever is lost by rounding', () => {
    for (const threshold of ['b333', '2aaa', 'ccc', 'fe38']) {
      const ceiling = probabilityOf(threshold);
      for (let count = 1; count <= 100; count += 1) {
        const demands = times(count, () => ({ ceiling, randomness: 'ffffffff000000' }));
        const plan = { demands, isCalibrated: true, limit: () => count, limitAtEnd: 0.9 * ceiling * count };

        const { kept } = runWindow(plan, mulberry32(1));

        for (const each of kept) expect(each.threshold >= threshold).toBe(true);
      }
    }
  });

  test.each(['8', 'e', 'fc'])('of exact counts may be thinned at %s by others', (later) => {
    const random = mulberry32(9);
    const demands = times(80, () => ({ spans: Math.ceil((1 - random()) ** -0.8), key: `${Math.floor(random() * 4)}` }));
    const plan = { demands, limit: () => 60, limitAtEnd: 60 };
    const estimates = createEstimates();

    for (let seed = 1; seed <= 2000; seed += 1) {
      const thinned = runWindow(plan, mulberry32(seed))
        .kept.map((trace) => ({ ...trace, threshold: trace.threshold > later ? trace.threshold : later }))
        .filter(({ demand, threshold }) => demand.randomness >= threshold);
      estimates.add('total', countsOf(thinned), demands.length);
    }

    expect(Math.abs(estimates.zs()['total'] ?? Infinity)).toBeLessThan(4);
  });
});

describe.each(['errors', 'slow'] as const)('10: a lane of %s whose part is used up', (lane) => {
  test.each(COUNTS)('keeps a chance, without which traces are missing in the counts (%s)', (counts) => {
    const estimates = createEstimates();
    let without = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const run = createBudgetRun({ counts, spansPerSecond: 30 });
      const make = (random: () => number): Partial<Demand> => ({
        lane: random() < 0.3 ? lane : 'rest',
        spans: random() < 0.1 ? 40 : 3,
      });
      load(run, { perSecond: 4, seconds: 10, seed }, make);
      load(run, { perSecond: 40, seconds: 20, seed: seed + 1000 }, make);
      load(run, { perSecond: 4, seconds: 10, seed: seed + 2000 }, make);
      run.closeAll();
      const ofLane = run.offered.filter(({ demand }) => demand.lane === lane);
      estimates.add('lane', sumOf(ofLane.map((trace) => countOf(trace))), ofLane.length);
      without += ofLane.filter(({ threshold }) => threshold === undefined).length;
    }

    expect(without).toBeGreaterThan(1000);
    expect(Math.abs(estimates.zs()['lane'] ?? Infinity)).toBeLessThan(4);
  });
});

describe.each(COUNTS)('11: more than two windows and a half (%s)', (counts) => {
  test('are not held in steady traffic far above the budget', () => {
    const run = createBudgetRun({ counts, spansPerSecond: 100 });
    let isOverfull = false;
    for (let second = 0; second < 60; second += 1) {
      load(run, { perSecond: 500, seconds: 1, seed: second }, () => ({ spans: 4 }));
      isOverfull ||= run.budget.isOverfull();
    }

    expect(isOverfull).toBe(false);
  });

  test('are told of where the randomness is not random', () => {
    const run = createBudgetRun({ counts, spansPerSecond: 400 });
    load(run, { perSecond: 2000, seconds: 20 }, () => ({ spans: 4 }));
    expect(run.budget.isOverfull()).toBe(false);

    while (run.budget.held() <= (2.5 * 400 * run.budget.windowMillis()) / 1000) {
      expect(run.budget.isOverfull()).toBe(false);
      run.offer({ spans: 4, randomness: 'ffffffffffffff' });
    }

    expect(run.budget.isOverfull()).toBe(true);
    run.closeAll();
    expect(run.budget.isOverfull()).toBe(false);
  });
});
