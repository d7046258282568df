import { thresholdOf } from '@clew/trace-context';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { countOf, createBudgetRun, keptOf, spansOf, type BudgetRun, type OfferedTrace } from '../../test/budget-run.ts';
import { randomnessAt, randomnessFrom } from '../../test/budget-traces.ts';
import { mulberry32 } from '../../test/seeded-random.ts';
import type { Demand } from './demand.ts';

const HOUR = 3_600_000;

/** Offers so many traces a second, evenly, for so many seconds. */
function load(run: BudgetRun, perSecond: number, seconds: number, part: (place: number) => Partial<Demand>): void {
  const random = mulberry32(perSecond + seconds);
  const slots = seconds * 10;
  let place = 0;
  for (let slot = 0; slot < slots; slot += 1) {
    for (; place < ((slot + 1) * perSecond) / 10; place += 1) {
      run.offer({ randomness: randomnessFrom(random), ...part(place) });
    }
    run.pass(100);
  }
}

const COUNTS = ['exact', 'calibrated'] as const;

describe.each(COUNTS)('%s counts', (counts) => {
  test('far below the budget each trace is kept at once, with a count of 1', () => {
    const run = createBudgetRun({ counts, spansPerSecond: 100 });

    load(run, 10, 20, () => ({ spans: 2 }));

    expect(run.offered.every(({ threshold }) => threshold === '0')).toBe(true);
    expect(run.budget.held()).toBe(0);
    expect(run.budget.nextDue()).toBeUndefined();
  });

  test('a demand between the half of the budget and the whole is kept', () => {
    const run = createBudgetRun({ counts, spansPerSecond: 100 });

    load(run, 40, 60, () => ({ spans: 2 }));
    run.closeAll();

    expect(keptOf(run.offered).length).toBeGreaterThan(0.99 * run.offered.length);
  });

  test('of ten times the budget as much is kept as it allows, and it leaves evenly', () => {
    const run = createBudgetRun({ counts, spansPerSecond: 100 });
    load(run, 250, 40, (place) => ({ spans: 4, key: `${place % 5}` }));
    const before = run.sent();

    load(run, 250, 60, (place) => ({ spans: 4, key: `${place % 5}` }));

    const sent = run.sent() - before;
    expect(sent).toBeLessThanOrEqual(60 * 100);
    expect(sent).toBeGreaterThan(0.9 * 60 * 100);
    expect(run.queued()).toBeLessThan(20 * 100);
  });

  test('errors go before the rest, and leave it its share', () => {
    const run = createBudgetRun({ counts, spansPerSecond: 100, keepShare: 0.6 });

    load(run, 500, 60, (place) => ({ lane: place % 2 === 0 ? 'errors' : 'rest' }));

    const kept = keptOf(run.offered.slice(10_000));
    const errors = spansOf(kept.filter(({ lane }) => lane === 'errors')) / spansOf(kept);
    expect(errors).toBeGreaterThan(0.35);
    expect(errors).toBeLessThan(0.65);
  });

  test('few errors among ten times the budget are all kept', () => {
    const run = createBudgetRun({ counts, spansPerSecond: 100 });

    load(run, 1000, 60, (place) => ({ lane: place % 100 === 0 ? 'errors' : 'rest' }));
    run.closeAll();

    const errors = run.offered.filter(({ demand }) => demand.lane === 'errors');
    expect(keptOf(errors).length).toBeGreaterThan(0.98 * errors.length);
  });

  test('rare keys are kept in like numbers as common ones', () => {
    const run = createBudgetRun({ counts, spansPerSecond: 100 });

    load(run, 1000, 60, (place) => ({ key: place % 100 === 0 ? 'rare' : 'common' }));
    run.closeAll();

    const offered = run.offered.slice(20_000);
    const [rare, common] = ['rare', 'common'].map((key) => {
      const all = offered.filter(({ demand }) => demand.key === key);
      return keptOf(all).length / all.length;
    });
    expect(rare).toBeGreaterThan(10 * (common ?? 1));
  });

  test('an hour without traces, or a clock that is set, changes nothing but what waits', () => {
    for (const jump of [HOUR, -HOUR]) {
      const run = createBudgetRun({ counts, spansPerSecond: 100 });
      load(run, 250, 30, () => ({ spans: 4 }));

      run.clock.at += jump;
      run.budget.tick();
      const before = run.sent();
      load(run, 250, 30, () => ({ spans: 4 }));
      run.closeAll();

      expect(run.sent() - before).toBeLessThanOrEqual(30 * 100);
      expect(run.sent() - before).toBeGreaterThan(0.8 * 30 * 100);
      expect(run.offered.every(({ decisions }) => decisions === 1)).toBe(true);
    }
  });

  test.each(['rest', 'errors', 'slow'] as const)('closing all again and again spends the budget once (%s)', (lane) => {
    const run = createBudgetRun({ counts, spansPerSecond: 100 });
    const random = mulberry32(1);

    for (let time = 0; time < 2000; time += 1) {
      for (let each = 0; each < 5; each += 1) run.offer({ lane, spans: 4, randomness: randomnessFrom(random) });
      run.closeAll();
      run.pass(10);
    }

    expect(spansOf(keptOf(run.offered))).toBeLessThan(1.2 * 20 * 100 + 5 * 100);
    expect(keptOf(run.offered).length).toBeGreaterThan(20);
  });

  test.each([HOUR, -HOUR])('errors that wait are decided within a second when the clock jumps by %d', (jump) => {
    const run = createBudgetRun({ counts, spansPerSecond: 100 });
    load(run, 250, 10, () => ({ spans: 4 }));
    const error = run.offer({ lane: 'errors', randomness: 'ffffffffffffff' });

    run.clock.at += jump;
    run.pass(1000);

    expect(error.threshold).toBe('0');
  });

  test('a decision at once has the share that like traces had in the window before', () => {
    const run = createBudgetRun({ counts, spansPerSecond: 100 });
    load(run, 250, 60, () => ({ spans: 9, key: 'a' }));
    const kept = keptOf(run.offered.slice(5000));
    const before = kept.reduce((sum, trace) => sum + countOf(trace), 0) / kept.length;

    const threshold = run.budget.decide(demandAtTop({ spans: 9, key: 'a' }));

    expect(countOf({ threshold }) / before).toBeGreaterThan(0.5);
    expect(countOf({ threshold }) / before).toBeLessThan(2);
  });

  test('decisions at once do not keep what their threshold rejects', () => {
    const run = createBudgetRun({ counts, spansPerSecond: 100 });
    load(run, 250, 60, () => ({ spans: 4 }));
    const threshold = run.budget.decide(demandAtTop({ spans: 4 })) ?? '';

    expect(
      run.budget.decide(demandAtTop({ spans: 4, randomness: randomnessAt(threshold, -(2 ** 40)) })),
    ).toBeUndefined();
    expect(run.budget.decide(demandAtTop({ spans: 4, ceiling: 0 }))).toBeUndefined();
  });

  test('what leaves whatever the budget says is taken off the rest', () => {
    const runs = [0, 50].map((spans) => {
      const run = createBudgetRun({ counts, spansPerSecond: 100, keepShare: 0.8 });
      for (let second = 0; second < 60; second += 1) {
        run.budget.spend(spans);
        load(run, 250, 1, () => ({ spans: 4 }));
      }
      return { rest: spansOf(keptOf(run.offered)), rate: run.budget.restRate() };
    });

    expect(runs[0]?.rate).toBeCloseTo(0.1, 3);
    expect(runs[1]?.rate).toBeCloseTo(0.05, 3);
    expect((runs[1]?.rest ?? 0) / (runs[0]?.rest ?? 0)).toBeLessThan(0.75);
  });
});

test.each(COUNTS)('no trace is kept that its ceiling would not keep without a budget (%s)', (counts) => {
  const run = createBudgetRun({ counts, spansPerSecond: 50 });

  load(run, 50, 60, (place) => ({ key: `${place % 7}`, spans: 4, ceiling: 0.3 }));
  load(run, 150, 60, (place) => ({ key: `${place % 97}`, spans: 9, ceiling: 0.3 }));
  load(run, 25, 60, (place) => ({ key: `${place % 97}`, spans: 4, ceiling: 0.3 }));
  run.closeAll();

  for (const { demand, threshold } of run.offered) expectAllowed({ demand, threshold });
  expect(keptOf(run.offered).length).toBeGreaterThan(400);
});

test('the share that errors may promise falls with their number and comes back', () => {
  const run = createBudgetRun({ spansPerSecond: 100, keepShare: 0.6 });
  expect(run.budget.errorShare()).toBe(1);

  load(run, 1000, 30, () => ({ lane: 'errors' }));
  expect(run.budget.errorShare()).toBeCloseTo(0.045, 2);
  load(run, 60, 30, (place) => ({ lane: place % 12 === 0 ? 'errors' : 'rest' }));

  expect(run.budget.errorShare()).toBe(1);
});

test('the time at which something is due is known while traces wait', () => {
  const run = createBudgetRun({ spansPerSecond: 100, burst: 5000 });
  load(run, 250, 6, () => ({ spans: 4 }));
  const { at } = run.clock;

  const due = run.budget.nextDue() ?? 0;
  run.offer({ lane: 'errors', randomness: 'ffffffffffffff' });

  expect(due).toBeGreaterThan(at);
  expect(due).toBeLessThanOrEqual(at + 5000);
  expect(run.budget.nextDue()).toBeLessThanOrEqual(at + 1000);
});

test.each(COUNTS)('a floor is kept exactly, at a threshold that is rounded too (%s)', (counts) => {
  const floor = 0.1234567;
  const threshold = thresholdOf(floor) ?? '';
  const run = createBudgetRun({ counts, spansPerSecond: 10 });
  load(run, 500, 5, () => ({ spans: 4 }));

  for (const steps of [-1, 0, 1, 2 ** 20, 2 ** 30, 2 ** 38]) {
    run.offer({ floor, spans: 4, randomness: randomnessAt(threshold, steps) });
  }
  run.closeAll();

  expect(run.offered.slice(-6).map((trace) => trace.threshold)).toEqual([undefined, ...Array(5).fill(threshold)]);
});

const demandAtTop = (part: Partial<Demand>): Demand => ({
  lane: 'rest',
  key: '["/"]',
  spans: 1,
  randomness: 'ffffffffffffff',
  ceiling: 1,
  floor: 0,
  given: 1,
  weight: 1,
  ...part,
});

const padded = (threshold: string): string => threshold.padEnd(14, '0');

/** The lowest threshold at which a trace may be kept. */
function lowestOf({ ceiling, floor }: Demand): string {
  const of = [ceiling, floor].map((probability) => padded(thresholdOf(probability) ?? 'g'));
  return of.toSorted()[0] ?? '';
}

const ratios = fc.oneof(fc.constantFrom(0, 1, 0.3, 1e-9), fc.double({ min: 1e-9, max: 1, noNaN: true }));
const demands: fc.Arbitrary<Demand> = fc
  .record({
    lane: fc.constantFrom('errors' as const, 'slow' as const, 'rest' as const),
    key: fc.oneof({ weight: 5, arbitrary: fc.nat(5).map(String) }, fc.constant('x'.repeat(600))),
    spans: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(1, 5000, 1_000_000)),
    randomness: fc.oneof(
      { weight: 5, arbitrary: fc.stringMatching(/^[\da-f]{14}$/) },
      fc.constantFrom('00000000000000', 'ffffffffffffff', 'fffffffffffff0'),
    ),
    ceiling: ratios,
    floor: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, ratios),
    given: fc.constantFrom(1, 1, 0.5),
    weight: fc.constantFrom(1, 1, 0.001, 1000),
  })
  .filter(({ ceiling, given, randomness }) => {
    const isSeen = Number.parseInt(randomness, 16) / 16 ** 14 >= 1 - given;
    return ceiling <= given && isSeen;
  });

const STEPS = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ demand: demands, times: fc.constantFrom(1, 1, 20) }) },
    { weight: 4, arbitrary: fc.record({ pass: fc.constantFrom(1, 100, 1000, 7000) }) },
    { weight: 1, arbitrary: fc.record({ jump: fc.constantFrom(HOUR, -HOUR) }) },
    { weight: 1, arbitrary: fc.record({ close: fc.constant(true) }) },
    { weight: 1, arbitrary: fc.record({ spend: fc.nat(1000) }) },
    { weight: 1, arbitrary: fc.record({ decide: demands }) },
  ),
  { maxLength: 60 },
);
const POLICIES = fc.record({
  spansPerSecond: fc.constantFrom(1e-5, 0.01, 1, 150, 1e9),
  keepShare: ratios,
  burst: fc.constantFrom(0, 1, 1000, 5000, HOUR),
  counts: fc.constantFrom(...COUNTS),
  maxKeys: fc.constantFrom(1, 3, 500),
});

test('each trace is kept or dropped once, no lower than its ceiling or floor and its randomness allow', () => {
  fc.assert(
    fc.property(POLICIES, STEPS, (policy, steps) => {
      const run = createBudgetRun(policy);
      for (const step of steps) {
        if ('demand' in step) for (let time = 0; time < step.times; time += 1) run.offer(step.demand);
        else if ('pass' in step) run.pass(step.pass);
        else if ('jump' in step) run.clock.at += step.jump;
        else if ('close' in step) run.closeAll();
        else if ('spend' in step) run.budget.spend(step.spend);
        else expectAllowed({ demand: step.decide, threshold: run.budget.decide(step.decide) });
        const waiting = run.offered.filter(({ decisions }) => decisions === 0);
        expect(run.budget.held()).toBe(spansOf(waiting));
        expect(waiting.length === 0 || run.budget.nextDue() !== undefined).toBe(true);
        expect(run.budget.errorShare()).toBeGreaterThan(0);
        expect(run.budget.errorShare()).toBeLessThanOrEqual(1);
      }

      run.closeAll();

      expect(run.budget.held()).toBe(0);
      expect(run.budget.nextDue()).toBeUndefined();
      for (const trace of run.offered) {
        expect(trace.decisions).toBe(1);
        expectAllowed(trace);
      }
    }),
    { numRuns: 300 },
  );
});

function expectAllowed({ demand, threshold }: Pick<OfferedTrace, 'demand' | 'threshold'>): void {
  const isPromised = demand.randomness >= padded(thresholdOf(demand.floor) ?? 'g');
  const isAllowed =
    threshold === undefined
      ? !isPromised
      : demand.randomness >= padded(threshold) && padded(threshold) >= lowestOf(demand);

  expect({ demand, threshold, isAllowed }).toEqual({ demand, threshold, isAllowed: true });
}

test('counts of keys that never come back are bounded, and none of them is lost', () => {
  const run = createBudgetRun({ counts: 'calibrated', spansPerSecond: 5, maxKeys: 20 });
  const random = mulberry32(1);
  for (let round = 0; round < 40; round += 1) {
    for (let n = 0; n < 400; n += 1) {
      run.offer({ key: JSON.stringify([round, n % 20]), randomness: randomnessFrom(random) });
      if (n % 4 === 0) run.pass(100);
    }
    run.pass(600_000); // until these keys are forgotten
  }

  expect(run.budget.carried.size).toBeLessThanOrEqual(21);
  const counts = [...run.offered.map((trace) => countOf(trace)), ...run.budget.carried.values()];
  expect(counts.reduce((sum, count) => sum + count, 0) / run.offered.length).toBeCloseTo(1, 1);
});
