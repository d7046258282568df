import { expect, test } from 'vitest';

import { play, type MakeContender } from './sampling-contender.ts';
import { figuresOf, gatesOf, gatesTable, worst, type Entry, type Figures } from './sampling-gates.ts';
import type { TraceSummary, Workload } from './sampling-workload.ts';

/** Makes a run of one-span traces, ended one after another, a tenth of a second apart unless told otherwise. */
function workloadOf(seconds: number, traces: readonly Partial<TraceSummary>[]): Workload {
  return {
    seconds,
    traces: traces.map((trace, id) => ({
      randomness: 0.999,
      endedAt: 100 * id,
      durationMillis: 10,
      route: '/',
      tenant: '',
      spans: 1,
      isError: false,
      isProbe: false,
      ...trace,
      id,
    })),
  };
}

const times = (count: number, trace: Partial<TraceSummary>): Partial<TraceSummary>[] =>
  Array.from({ length: count }, () => trace);

/** Exports each trace at its end with the count that the function gives it; 0 is not at all. */
const countingBy =
  (count: (trace: TraceSummary) => number | undefined): MakeContender =>
  ({ output, now }) => ({
    ended(trace) {
      const adjusted = count(trace);
      if (adjusted !== 0) output.exported(trace, adjusted, now());
    },
    tick() {},
    held: () => 0,
  });

const keepingAll = countingBy(() => 1);

test('a cap that is exceeded in one sliding second only is seen', () => {
  const slots = Array.from({ length: 100 }, (_, slot) => (slot === 27 ? 2 : 1));
  const endedAt = slots.flatMap((spans, slot) => times(spans, { endedAt: 100 * slot }));
  const { worstSecond, worstTenSeconds } = figuresOf(play(workloadOf(10, endedAt), keepingAll, 10));
  const around20 = Array.from({ length: 100 }, (_, slot) => (slot === 19 || slot === 20 ? 6 : slot % 10 === 5 ? 4 : 0));

  expect(worstSecond).toBeCloseTo(1.1);
  expect(worstTenSeconds).toBeCloseTo(1.01);
  expect(worst(around20, 1)).toBe(16); // no second that begins with a second has more than 10
});

test('ten seconds within the budget may have a second that is not', () => {
  const traces = times(50, { endedAt: 5000 });
  const { worstSecond, worstTenSeconds } = figuresOf(play(workloadOf(20, traces), keepingAll, 10));

  expect(worstSecond).toBe(5);
  expect(worstTenSeconds).toBe(0.5);
});

test('spans that leave in parts count when they leave', () => {
  const inParts: MakeContender = ({ output }) => {
    let trace: TraceSummary | undefined;
    let left = 0;
    return {
      ended(ended) {
        trace = ended;
      },
      tick(nowMillis) {
        if (trace === undefined || left === trace.spans) return;
        if (left === 0) output.exported(trace, 1, nowMillis, 1);
        else output.exportedSpans(trace, 1, nowMillis);
        left += 1;
      },
      held: () => (trace?.spans ?? 0) - left,
    };
  };
  const run = play(workloadOf(1, [{ spans: 15 }]), inParts, 10);

  expect(figuresOf(run).worstSecond).toBe(1);
  expect(run.slots.reduce((sum, spans) => sum + spans, 0)).toBe(15);
  expect(run.mostHeld).toBe(15);
});

test.each<[string, string, MakeContender]>([
  [
    'exports a trace twice',
    'was exported twice',
    ({ output }) => ({
      ended(trace) {
        output.exported(trace, 1, 0);
        output.exported(trace, 1, 0);
      },
      tick() {},
      held: () => 0,
    }),
  ],
  [
    'leaves spans behind',
    '0 of 1 spans of trace 0 left',
    ({ output }) => ({ ended: (trace) => output.exported(trace, 1, 0, 0), tick() {}, held: () => 0 }),
  ],
  ['counts less than the trace itself', 'a trace counts 0.5', countingBy(() => 0.5)],
])('a contender that %s is refused', (_, message, make) => {
  expect(() => play(workloadOf(1, [{}]), make, 10)).toThrow(message);
});

test('the counts of exported traces are estimates of what there was', () => {
  const workload = workloadOf(2, [
    ...times(8, { route: '/a' }),
    ...times(4, { route: '/b', isError: true }),
    { route: '/healthz', isProbe: true },
  ]);
  // /a: 2 of 8 with a count of 5 each are 10: 25 % too many. /b: 1 of 4 with a count of 3: 25 % too few.
  const weights = new Map([
    [0, 5],
    [1, 5],
    [8, 3],
    [12, 1],
  ]);
  const figures = figuresOf(
    play(
      workload,
      countingBy(({ id }) => weights.get(id) ?? 0),
      10,
    ),
  );

  expect(figures.countBias).toBeCloseTo(100 * (13 / 12 - 1));
  expect(figures.errorBias).toBeCloseTo(-25);
  expect(figures.routeError).toBeCloseTo(25);
  expect(figures.errorsKept).toBe(25);
  expect(figures.minuteError).toBeCloseTo(100 * (13 / 12 - 1));
});

test('an interval is as wide as the counts of its route make it', () => {
  // 10 of 100 with counts of c: the error is |10 c - 100|, the variance 10 c (c - 1).
  const workload = workloadOf(20, [...times(100, { route: '/a' }), ...times(9, { route: '/few' })]);
  const coverageWith = (count: number) =>
    figuresOf(
      play(
        workload,
        countingBy(({ id }) => (id < 10 ? count : id >= 100 ? 1 : 0)),
        10,
      ),
    ).coverage;

  expect(coverageWith(10)).toBe(100);
  expect(coverageWith(25)).toBe(100); // 150 too many, 1.96 × 77.5 = 151.8
  expect(coverageWith(26)).toBe(0); // 160 too many, 1.96 × 80.6 = 158.0
});

test('a route whose interval misses is not covered, and one with few traces is not asked', () => {
  const workload = workloadOf(20, [...times(100, { route: '/a' }), ...times(9, { route: '/few' })]);
  const figures = figuresOf(
    play(
      workload,
      countingBy(({ id }) => (id < 12 ? 1 : 0)),
      10,
    ),
  );

  expect(figures.coverage).toBe(0);
});

test('slow is what is slower than the 99th percentile of its own route', () => {
  const workload = workloadOf(40, [
    ...Array.from({ length: 200 }, (_, index) => ({ route: '/fast', durationMillis: index })),
    ...times(200, { route: '/steady', durationMillis: 1000 }),
  ]);
  const figures = figuresOf(
    play(
      workload,
      countingBy(({ durationMillis }) => (durationMillis === 199 ? 1 : 0)),
      10,
    ),
  );

  expect(figures.slowKept).toBe(50); // 198 and 199 are above the percentile, which is 197; 1000 is not
});

test('rare is a route with fewer than 60 traces', () => {
  const workload = workloadOf(12, [...times(59, { route: '/rare' }), ...times(60, { route: '/common' })]);

  expect(
    figuresOf(
      play(
        workload,
        countingBy(({ route }) => (route === '/rare' ? 1 : 0)),
        10,
      ),
    ).rareKept,
  ).toBe(100);
  expect(
    figuresOf(
      play(
        workload,
        countingBy(({ route }) => (route === '/rare' ? 0 : 1)),
        10,
      ),
    ).rareKept,
  ).toBe(0);
});

test('the budget is used where traffic was above it for two windows before', () => {
  const windowOfOne =
    (make: MakeContender): MakeContender =>
    (options) => ({ ...make(options), windowSeconds: 1 });
  // Seconds 0 to 9 have 20 spans each, but second 5 has 5: seconds 2 to 5 and 8 to 9 count.
  const traces = Array.from({ length: 10 }, (_, second) =>
    times(second === 5 ? 5 : 20, { endedAt: 1000 * second }),
  ).flat();
  const figures = figuresOf(play(workloadOf(10, traces), windowOfOne(keepingAll), 10));

  expect(figures.budgetUsed).toBeCloseTo((100 * (20 + 20 + 20 + 5 + 20 + 20)) / (6 * 10));
  expect(figures.mayHold).toBe(20);
});

test('a trace whose randomness is below its threshold is found', () => {
  const workload = workloadOf(1, [{ randomness: 0.5 }, { randomness: 0.49 }, { randomness: 0 }]);
  const figures = figuresOf(
    play(
      workload,
      countingBy(({ id }) => (id === 2 ? 1 : 2)),
      10,
    ),
  );

  expect(figures.belowThreshold).toBe(1);
});

test('traces without counts stand for as many as each other', () => {
  const workload = workloadOf(2, [...times(10, { route: '/a' }), ...times(10, { route: '/b' })]);
  const figures = figuresOf(
    play(
      workload,
      countingBy(({ id }) => (id < 4 || id === 10 ? undefined : 0)),
      10,
    ),
  );

  expect(figures.routeError).toBeCloseTo(60); // 16 and 4 of 10 each
  expect(figures.countBias).toBeUndefined();
  expect(figures.coverage).toBeUndefined();
});

const GOOD: Figures = {
  spansPerSecond: 490,
  worstSecond: 1,
  worstTenSeconds: 1,
  errorsKept: 100,
  slowKept: 70,
  rareKept: 95,
  coverage: 99,
  countBias: 0,
  errorBias: 0,
  routeError: 2,
  minuteError: 1,
  percentileError: 10,
  budgetUsed: 98,
  mostHeld: 9000,
  mayHold: 10_000,
  nanosPerSpan: 80,
  belowThreshold: 0,
};
const EXACT_Z = { mean: 0, standardError: 0, z: 0 };
const BIAS = {
  runs: 2,
  total: EXACT_Z,
  errors: EXACT_Z,
  route: EXACT_Z,
  thinned: { mean: 2, standardError: 0.5, z: 4 },
};
const entryOf = (counts: Entry['counts']): Entry => ({ name: counts, budget: 500, make: keepingAll, counts });
const missedOf = (runs: readonly Figures[], counts: Entry['counts'] = 'calibrated'): string[] =>
  gatesOf({ entry: entryOf(counts), runs, bias: BIAS })
    .filter(({ passes }) => !passes)
    .map(({ title }) => title);

test('a gate holds for all seeds, or on average, as its figure says', () => {
  expect(missedOf([GOOD, GOOD])).toEqual([]);
  expect(missedOf([GOOD, { ...GOOD, worstSecond: 1.002, mostHeld: 10_001 }])).toEqual([
    'worst 1 s / budget',
    'spans held at most',
  ]);
  expect(missedOf([{ ...GOOD, errorsKept: 97 }, GOOD])).toEqual([]);
  expect(missedOf([{ ...GOOD, errorsKept: 90 }, GOOD])).toEqual(['errors kept %']);
  expect(missedOf([{ ...GOOD, errorBias: -1.2 }])).toEqual(['error bias %']);
  expect(missedOf([{ ...GOOD, coverage: undefined }])).toEqual(['CI95 coverage % of routes']);
});

test('calibrated counts may be wider, and have to be closer', () => {
  const exact = { ...GOOD, coverage: 95, routeError: 6 };
  expect(missedOf([exact], 'exact')).toEqual(['total behind a later stage of 10 %: z (calibrated: bias %)']);
  expect(missedOf([{ ...exact, coverage: 99 }], 'exact')).toContain('CI95 coverage % of routes');
  expect(missedOf([{ ...GOOD, coverage: 95, routeError: 6 }], 'calibrated')).toEqual(['route MAPE %']);
});

test('the table prints what is missed in bold', () => {
  const table = gatesTable([{ entry: entryOf('calibrated'), runs: [{ ...GOOD, rareKept: 91 }], bias: BIAS }]);

  expect(table).toContain('| gate | limit | calibrated |');
  expect(table).toContain('| rare kept % | >= 95 | **91.0** |');
  expect(table).toContain('| errors kept % | >= 98 | 100.0 |');
});
