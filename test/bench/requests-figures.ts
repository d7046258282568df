import { median } from './median.ts';

/** One figure of a contender: by process, then by round. */
export type Rounds = readonly (readonly number[])[];

/** The CPU time of a request with one contender. Pairs are rounds: what ran at about the same time. */
export interface Figures {
  readonly micros: number;
  /** The least and the most of its processes: two of the very same code may settle a quarter apart. */
  readonly processes: readonly [least: number, most: number];
  /** Above the bare application. */
  readonly added: number;
  readonly timesBare: number;
  /** What it adds, over what upstream adds; `undefined` without upstream. */
  readonly ofUpstream: number | undefined;
}

/** @returns the figures of `own`, each the median of its rounds, where a round counts as the median of its processes */
export function figuresOf(own: Rounds, bare: Rounds, upstream: Rounds | undefined): Figures {
  const ofBare = medianOfRounds(bare);
  const ofOwn = medianOfRounds(own);
  const added = paired(ofOwn, ofBare, (micros, without) => micros - without);
  const ofProcesses = own.map(median);
  return {
    micros: median(ofOwn),
    processes: [Math.min(...ofProcesses), Math.max(...ofProcesses)],
    added: median(added),
    timesBare: median(paired(ofOwn, ofBare, (micros, without) => micros / without)),
    ofUpstream: upstream && median(paired(added, upstreamAdded(upstream, ofBare), (mine, theirs) => mine / theirs)),
  };
}

/** The median of the processes in each round. */
export function medianOfRounds(rounds: Rounds): number[] {
  const count = Math.min(...rounds.map(({ length }) => length));
  return Array.from({ length: count }, (_, round) => median(rounds.map((process) => process[round] ?? Number.NaN)));
}

/** Nearest rank, e.g. 0.99 for the value that 99 % do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function upstreamAdded(upstream: Rounds, bare: readonly number[]): number[] {
  return paired(medianOfRounds(upstream), bare, (micros, without) => micros - without);
}

function paired(own: readonly number[], other: readonly number[], by: (own: number, other: number) => number) {
  return own.map((value, round) => by(value, other[round] ?? Number.NaN));
}
