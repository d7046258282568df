// The gates of a sampling budget: figures of a quarter of an hour of traffic and their limits, for any sampler that can be
// played to.

import { groupBy } from './group-by.ts';
import type { Bias, MeanError } from './sampling-bias.ts';
import { play, SLOT_MILLIS, type MakeContender, type Run } from './sampling-contender.ts';
import { makeWorkload, WHOLE_RUN, type TraceSummary } from './sampling-workload.ts';

/**
 * Figures of a run. Shares and errors are in percent, `undefined` where the run has nothing to take them of. Probes are
 * left out of all that is not about exported spans.
 */
export interface Figures {
  readonly spansPerSecond: number;
  /** Most spans exported in one second, divided by the budget: the worst of all seconds that begin with a tenth. */
  readonly worstSecond: number;
  /** The same for ten seconds. */
  readonly worstTenSeconds: number;
  readonly errorsKept: number | undefined;
  /** Share of the traces above the true 99th percentile of their route in this whole run, by nearest rank. */
  readonly slowKept: number | undefined;
  /** Share of the traces of routes with fewer than 60 of them in this run. */
  readonly rareKept: number | undefined;
  /** Routes whose 95 % interval holds their true count, of those with at least 10 exported traces. */
  readonly coverage: number | undefined;
  readonly countBias: number | undefined;
  readonly errorBias: number | undefined;
  /** Mean absolute error of the estimated count of a route, over all routes of the run, rare ones too. */
  readonly routeError: number | undefined;
  /** Mean absolute error of the estimated count of a minute. */
  readonly minuteError: number | undefined;
  /** Mean absolute error of the estimated 99th percentile of a route's durations, over the routes that are not rare. */
  readonly percentileError: number | undefined;
  /** Exported spans, divided by the budget, over the seconds before which traffic was above the budget for two windows. */
  readonly budgetUsed: number | undefined;
  readonly mostHeld: number;
  /** Spans that two windows of the budget have room for. */
  readonly mayHold: number;
  readonly nanosPerSpan: number;
  /** Exported traces whose randomness is below the threshold that their count stands for. */
  readonly belowThreshold: number;
}

const RARE_BELOW = 60;
const COVERED_FROM = 10;
const SLOTS_PER_SECOND = 1000 / SLOT_MILLIS;
/** Thresholds have a limited number of digits, so that an exact count is not exact to the last one. */
const ROUNDING = 1e-5;

/** Measures a run. The estimates know the exported traces and their counts alone. */
export function figuresOf(run: Run): Figures {
  const { workload, budget, slots } = run;
  const weights = weightsOf(run);
  const kept = (trace: TraceSummary): boolean => run.counts[trace.id] !== 0;
  const useful = workload.traces.filter(({ isProbe }) => !isProbe);
  const errors = useful.filter(({ isError }) => isError);
  const routes = [...groupBy(useful, ({ route }) => route).values()];
  const common = routes.filter(({ length }) => length >= RARE_BELOW);
  const minutes = [...groupBy(useful, ({ endedAt }) => Math.floor(endedAt / 60_000)).values()];
  const countError = (traces: readonly TraceSummary[]) => estimateOf(traces, weights) / traces.length - 1;
  const hasCounts = !run.counts.some(Number.isNaN);
  return {
    spansPerSecond: sum(slots) / workload.seconds,
    worstSecond: worst(slots, 1) / budget,
    worstTenSeconds: worst(slots, 10) / (10 * budget),
    errorsKept: percentage(errors, kept),
    slowKept: percentage(routes.flatMap(slowest), kept),
    rareKept: percentage(routes.filter(({ length }) => length < RARE_BELOW).flat(), kept),
    coverage: hasCounts ? coverage(routes, run) : undefined,
    countBias: hasCounts && useful.length > 0 ? 100 * countError(useful) : undefined,
    errorBias: errors.length > 0 ? 100 * countError(errors) : undefined,
    routeError: meanPercent(routes.map((traces) => Math.abs(countError(traces)))),
    minuteError: meanPercent(minutes.map((traces) => Math.abs(countError(traces)))),
    percentileError: meanPercent(
      common.flatMap((traces) => {
        const estimate = weightedPercentile(traces.filter(kept), weights);
        return estimate === undefined ? [] : [Math.abs(estimate / percentileOf(traces) - 1)];
      }),
    ),
    budgetUsed: budgetUsed(run),
    mostHeld: run.mostHeld,
    mayHold: 2 * run.windowSeconds * budget,
    nanosPerSpan: run.nanosPerSpan,
    belowThreshold: workload.traces.filter((trace) => isBelowThreshold(trace, run)).length,
  };
}

/**
 * The count of each exported trace. Where some have none, as with a token bucket, all stand for the same number: the true
 * total, divided by the exported ones. A reader could do no better.
 */
function weightsOf({ workload: { traces }, counts }: Run): Float64Array {
  if (!counts.some(Number.isNaN)) return counts;
  const exported = counts.reduce((sum, count) => sum + (count === 0 ? 0 : 1), 0);
  return counts.map((count) => (count === 0 ? 0 : traces.length / exported));
}

const estimateOf = (traces: readonly TraceSummary[], weights: Float64Array): number =>
  traces.reduce((sum, { id }) => sum + (weights[id] ?? 0), 0);

/** Variance of the estimate as the exported traces themselves show it: the sum of a(a-1). */
const varianceOf = (traces: readonly TraceSummary[], weights: Float64Array): number =>
  traces.reduce((sum, { id }) => sum + (weights[id] ?? 0) * Math.max(0, (weights[id] ?? 0) - 1), 0);

function coverage(routes: readonly TraceSummary[][], { counts }: Run): number | undefined {
  const shown = routes.filter((traces) => traces.filter(({ id }) => counts[id] !== 0).length >= COVERED_FROM);
  return percentage(shown, (traces) => {
    const error = Math.abs(estimateOf(traces, counts) - traces.length);
    return error <= 1.96 * Math.sqrt(varianceOf(traces, counts)) + ROUNDING * traces.length;
  });
}

function slowest(traces: TraceSummary[]): TraceSummary[] {
  const limit = percentileOf(traces);
  return traces.filter(({ durationMillis }) => durationMillis > limit);
}

const PERCENTILE = 0.99;

function percentileOf(traces: readonly TraceSummary[]): number {
  const durations = Float64Array.from(traces, ({ durationMillis }) => durationMillis).sort();
  return durations[Math.ceil(PERCENTILE * durations.length) - 1] ?? Number.NaN;
}

function weightedPercentile(traces: readonly TraceSummary[], weights: Float64Array): number | undefined {
  const sorted = traces.toSorted((one, other) => one.durationMillis - other.durationMillis);
  let left = PERCENTILE * estimateOf(traces, weights);
  for (const { id, durationMillis } of sorted) {
    left -= weights[id] ?? 0;
    if (left <= 0) return durationMillis;
  }
  return sorted.at(-1)?.durationMillis;
}

/** The most spans in so many seconds, whichever tenth of a second they begin with. */
export function worst(slots: readonly number[], seconds: number): number {
  const length = seconds * SLOTS_PER_SECOND;
  let most = 0;
  let running = 0;
  for (const [index, spans] of slots.entries()) {
    running += spans - (slots[index - length] ?? 0);
    most = Math.max(most, running);
  }
  return most;
}

function budgetUsed({ workload, budget, slots, windowSeconds }: Run): number | undefined {
  const demand = new Float64Array(workload.seconds);
  for (const { endedAt, spans, isProbe } of workload.traces) {
    const second = Math.floor(endedAt / 1000);
    if (!isProbe) demand[second] = (demand[second] ?? 0) + spans;
  }
  const past = Math.ceil(2 * windowSeconds);
  let seconds = 0;
  let exported = 0;
  for (let second = past; second < workload.seconds; second++) {
    if (demand.subarray(second - past, second).some((spans) => spans < budget)) continue;
    seconds += 1;
    exported += sum(slots.slice(second * SLOTS_PER_SECOND, (second + 1) * SLOTS_PER_SECOND));
  }
  return seconds === 0 ? undefined : (100 * exported) / (seconds * budget);
}

function isBelowThreshold({ id, randomness }: TraceSummary, { counts }: Run): boolean {
  const count = counts[id] ?? 0;
  return count >= 1 && randomness < 1 - 1 / count - 1e-12;
}

function percentage<T>(all: readonly T[], is: (one: T) => boolean): number | undefined {
  return all.length === 0 ? undefined : (100 * all.filter(is).length) / all.length;
}

const meanPercent = (errors: readonly number[]): number | undefined =>
  errors.length === 0 ? undefined : (100 * sum(errors)) / errors.length;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A contender at a budget. */
export interface Entry {
  readonly name: string;
  readonly budget: number;
  readonly make: MakeContender;
  /** `calibrated` where counts add up by route, for which the limits of some gates differ. */
  readonly counts: 'exact' | 'calibrated';
  /** What makes the same decisions on traces without spans, for many short runs. Default: `make`. */
  readonly makeForBias?: MakeContender;
  /** All gates are for the budget that they were set for; only those of the cap and the bias for each. */
  readonly isAtOtherBudget?: boolean;
}

/** A gate, as its row in the table. */
interface Gate {
  readonly title: string;
  readonly limit: string;
  readonly figure: (measured: Measured) => number | undefined;
  readonly passes: (figure: number, measured: Measured) => boolean;
  readonly digits: number;
  /** Whether it holds at any budget. */
  readonly isGeneral?: boolean;
}

/** An entry over all seeds. */
export interface Measured {
  readonly entry: Entry;
  readonly runs: readonly Figures[];
  /** Bias of many short runs; `undefined` where they were not made. */
  readonly bias: Bias | undefined;
}

const mean = (key: keyof Figures) => (measured: Measured) => meanOf(measured, key);
const most = (key: keyof Figures) => (measured: Measured) => Math.max(...valuesOf(measured, key));
const atLeast = (limit: number) => (figure: number) => figure >= limit;
const atMost = (limit: number) => (figure: number) => figure <= limit;
const isCap = atMost(1 + 1e-9);
/** A limit for exact counts, and one for calibrated ones. */
const atLeastBy = (exact: number, calibrated: number) => (figure: number, measured: Measured) =>
  figure >= (isCalibrated(measured) ? calibrated : exact);
/** Counts that add up within a window have next to no variance, so that any bias is many standard errors. */
const MAX_CALIBRATED_BIAS = 0.3;
const isUnbiased = ({ mean: error, z }: MeanError, measured: Measured): boolean =>
  Math.abs(z) < 3 || (isCalibrated(measured) && Math.abs(error) <= MAX_CALIBRATED_BIAS);
const isCalibrated = ({ entry }: Measured): boolean => entry.counts === 'calibrated';

const GATES: readonly Gate[] = [
  {
    title: 'worst 1 s / budget',
    limit: '<= 1',
    figure: most('worstSecond'),
    passes: isCap,
    digits: 3,
    isGeneral: true,
  },
  {
    title: 'worst 10 s / budget',
    limit: '<= 1',
    figure: most('worstTenSeconds'),
    passes: isCap,
    digits: 3,
    isGeneral: true,
  },
  { title: 'errors kept %', limit: '>= 98', figure: mean('errorsKept'), passes: atLeast(98), digits: 1 },
  {
    title: 'slow kept %',
    limit: '>= 67 (calibrated: 70)',
    figure: mean('slowKept'),
    passes: atLeastBy(67, 70),
    digits: 1,
  },
  { title: 'rare kept %', limit: '>= 95', figure: mean('rareKept'), passes: atLeast(95), digits: 1 },
  {
    title: 'CI95 coverage % of routes',
    limit: '92-98 (calibrated: >= 92)',
    figure: mean('coverage'),
    passes: (figure, measured) => figure >= 92 && (figure <= 98 || isCalibrated(measured)),
    digits: 1,
  },
  ...(['total', 'errors', 'route'] as const).map((what): Gate => ({
    title: `z of ${what === 'route' ? 'one route' : what}`,
    limit: `-3 to 3 (calibrated: or bias <= ${MAX_CALIBRATED_BIAS} %)`,
    figure: ({ bias }) => bias?.[what].z,
    passes: (_, measured) => measured.bias !== undefined && isUnbiased(measured.bias[what], measured),
    digits: 1,
    isGeneral: true,
  })),
  {
    title: 'total behind a later stage of 10 %: z (calibrated: bias %)',
    limit: '-3 to 3',
    figure: (measured) => measured.bias?.thinned[isCalibrated(measured) ? 'mean' : 'z'],
    passes: (figure) => Math.abs(figure) < 3,
    digits: 1,
  },
  {
    title: 'error bias %',
    limit: '<= 1',
    figure: mean('errorBias'),
    passes: (figure) => Math.abs(figure) <= 1,
    digits: 1,
  },
  {
    title: 'route MAPE %',
    limit: '<= 7 (calibrated: 2)',
    figure: mean('routeError'),
    passes: (figure, measured) => figure <= (isCalibrated(measured) ? 2 : 7),
    digits: 1,
  },
  { title: 'budget used %', limit: '>= 97', figure: mean('budgetUsed'), passes: atLeast(97), digits: 1 },
  {
    title: 'spans held at most',
    limit: '2 windows',
    figure: most('mostHeld'),
    passes: (figure, { runs }) => figure <= Math.max(...runs.map(({ mayHold }) => mayHold)),
    digits: 0,
  },
  {
    title: 'ns a span, for all of it',
    limit: '',
    figure: (measured) => Math.min(...valuesOf(measured, 'nanosPerSpan')),
    passes: () => true,
    digits: 0,
  },
  { title: 'kept with R < th', limit: '0', figure: most('belowThreshold'), passes: atMost(0), digits: 0 },
];

/** Says of each gate of an entry whether it holds. A figure that an entry has no means for is a gate that does not. */
export function gatesOf(measured: Measured): { title: string; figure: number | undefined; passes: boolean }[] {
  return GATES.map(({ title, figure, passes, isGeneral }) => {
    const value = figure(measured);
    const isGate = isGeneral === true || measured.entry.isAtOtherBudget !== true;
    return { title, figure: value, passes: value !== undefined && (!isGate || passes(value, measured)) };
  });
}

const valuesOf = ({ runs }: Measured, key: keyof Figures): number[] => runs.flatMap((figures) => figures[key] ?? []);

function meanOf(measured: Measured, key: keyof Figures): number | undefined {
  const values = valuesOf(measured, key);
  return values.length === 0 ? undefined : sum(values) / values.length;
}

export const SEEDS: readonly number[] = [101, 102, 103, 104, 105];

/** Plays each seed's run to each entry: seed by seed, so that one workload is in memory. */
export function measure(entries: readonly Entry[], seeds: readonly number[] = SEEDS): Map<Entry, Figures[]> {
  const figures = new Map<Entry, Figures[]>(entries.map((entry) => [entry, []]));
  for (const seed of seeds) {
    const workload = makeWorkload(seed, WHOLE_RUN);
    for (const [entry, runs] of figures) runs.push(figuresOf(play(workload, entry.make, entry.budget)));
  }
  return figures;
}

/** The gates in Markdown, a column for each entry; what is missed is bold. */
export function gatesTable(entries: readonly Measured[]): string {
  const columns = entries.map(gatesOf);
  return [
    `| gate | limit | ${entries.map(({ entry }) => entry.name).join(' | ')} |`,
    `| --- | --- | ${entries.map(() => '--:').join(' | ')} |`,
    ...GATES.map(({ title, limit, digits }, row) => {
      const cells = columns.map((gates) => {
        const { figure, passes } = gates[row] ?? { figure: undefined, passes: false };
        if (figure === undefined) return '–';
        return passes ? figure.toFixed(digits) : `**${figure.toFixed(digits)}**`;
      });
      return `| ${title} | ${limit} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}

const COLUMNS: readonly { title: string; figure: (measured: Measured) => number | undefined; digits: number }[] = [
  { title: 'spans/s', figure: mean('spansPerSecond'), digits: 0 },
  { title: 'worst 1 s / budget', figure: most('worstSecond'), digits: 2 },
  { title: 'errors kept %', figure: mean('errorsKept'), digits: 1 },
  { title: 'slow kept %', figure: mean('slowKept'), digits: 1 },
  { title: 'rare kept %', figure: mean('rareKept'), digits: 1 },
  { title: 'route MAPE %', figure: mean('routeError'), digits: 1 },
  { title: 'per-minute MAPE %', figure: mean('minuteError'), digits: 1 },
  { title: 'count bias %', figure: mean('countBias'), digits: 1 },
  { title: 'error bias %', figure: mean('errorBias'), digits: 1 },
  { title: 'p99 error %', figure: mean('percentileError'), digits: 1 },
  { title: 'CI95 coverage %', figure: mean('coverage'), digits: 1 },
  { title: 'spans held at most', figure: most('mostHeld'), digits: 0 },
];

/** All figures in Markdown, a row for each sampler. */
export function figuresTable(entries: readonly Measured[]): string {
  return [
    `| sampler | ${COLUMNS.map(({ title }) => title).join(' | ')} |`,
    `| --- | ${COLUMNS.map(() => '--:').join(' | ')} |`,
    ...entries.map((measured) => {
      const cells = COLUMNS.map(({ figure, digits }) => figure(measured)?.toFixed(digits) ?? '–');
      return `| ${measured.entry.name} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}
