// The bias of a sampler's counts: many short runs, each with other traces, and the mean of their errors.

import { play, type MakeContender, type Run } from './sampling-contender.ts';
import { makeWorkload, MIDDLING_ROUTE, shortRun, type TraceSummary } from './sampling-workload.ts';

/** Greatest error, in percent, that comes of the limited digits of a threshold. */
const ROUNDING = 1e-4;

/** Error of an estimate, in percent of the truth, over many runs. */
export interface MeanError {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly standardError: number;
  /** The mean in standard errors. 0 where the runs are exact, infinite where each is wrong by the same. */
  readonly z: number;
}

export interface Bias {
  readonly runs: number;
  readonly total: MeanError;
  readonly errors: MeanError;
  /** Estimate of `MIDDLING_ROUTE`. */
  readonly route: MeanError;
  /** Estimate of the total, behind a later stage that keeps 10 % by the same randomness, as a Collector may. */
  readonly thinned: MeanError;
}

export interface BiasOptions {
  readonly make: MakeContender;
  readonly budget: number;
  readonly seeds: readonly number[];
  readonly seconds: number;
  /** Adds a minute of ten times the traffic in the middle of each run, which has to be longer than that. */
  readonly containsStep: boolean;
}

/** Plays short runs to contenders and compares the sums of what they export with what there was. Probes do not count. */
export function biasOf({ make, budget, seeds, seconds, containsStep }: BiasOptions): Bias {
  const shape = shortRun(seconds, containsStep);
  return meanBias(seeds.map((seed) => errorsOf(play(makeWorkload(seed, shape), make, budget))));
}

/** Errors of one run, in percent. A count that is still carried at the end is not lost: the process has merely ended. */
interface RunErrors {
  readonly total: number;
  readonly errors: number;
  readonly route: number;
  readonly thinned: number;
}

const LATER_RATIO = 0.1;

/** Compares the estimates of a run with the truth. */
export function errorsOf({ workload: { traces }, counts, carried }: Run): RunErrors {
  const errorOf = (
    belongs: (trace: TraceSummary) => boolean,
    carried: number,
    countOf: (trace: TraceSummary) => number = ({ id }) => counts[id] ?? 0,
  ): number => {
    let truth = 0;
    let estimate = carried;
    for (const trace of traces) {
      if (trace.isProbe || !belongs(trace)) continue;
      truth += 1;
      estimate += countOf(trace);
    }
    return 100 * (estimate / truth - 1);
  };
  const all = (): boolean => true;
  return {
    total: errorOf(all, carried()),
    errors: errorOf(({ isError }) => isError, 0),
    route: errorOf(({ route }) => route === MIDDLING_ROUTE, carried(MIDDLING_ROUTE)),
    thinned: errorOf(all, carried(), ({ id, randomness }) => {
      const count = Math.max(counts[id] ?? 0, 1 / LATER_RATIO);
      return counts[id] !== 0 && randomness >= 1 - 1 / count ? count : 0;
    }),
  };
}

/** Sums up the errors of runs. */
export function meanBias(runs: readonly RunErrors[]): Bias {
  const over = (values: readonly number[]): MeanError => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const standardError = Math.sqrt(squares / (values.length - 1) / values.length);
    return { mean, standardError, z: Math.abs(mean) < ROUNDING ? 0 : mean / standardError };
  };
  return {
    runs: runs.length,
    total: over(runs.map(({ total }) => total)),
    errors: over(runs.map(({ errors }) => errors)),
    route: over(runs.map(({ route }) => route)),
    thinned: over(runs.map(({ thinned }) => thinned)),
  };
}

/** Rows of a Markdown table of mean errors. */
export function biasRows(name: string, { runs, ...errors }: Bias): string[] {
  return Object.entries(errors).map(
    ([what, { mean, standardError, z }]) =>
      `| ${name} | ${runs} | ${what} | ${mean.toFixed(3)} | ${standardError.toFixed(3)} | ${Math.abs(z) < 3 ? z.toFixed(1) : `**${z.toFixed(1)}**`} |`,
  );
}

export const BIAS_HEADER: readonly string[] = [
  '| contender | runs | estimate of | mean error % | standard error | z |',
  '| --- | --: | --- | --: | --: | --: |',
];
