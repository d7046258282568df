import { thresholdOf } from '@clew/trace-context';

import { isKept, lowerThreshold } from '../is-kept.ts';
import { calibrate } from './calibrate.ts';
import { capacityOf, type Demand } from './demand.ts';

/** A trace that waits for the end of a window. */
export interface Candidate<Trace> {
  readonly trace: Trace;
  readonly demand: Demand;
  /** From 0 to 1. */
  readonly randomness: number;
  /** Its part in the slope of the stratum, for each of its spans. */
  readonly value: number;
  /** Place in the order of arrival. */
  readonly place: number;
}

/**
 * Traces of one window that are alike. Each is kept with a share of its ceiling, which is `level * weight * value` and 1 at
 * most.
 */
export interface Stratum<Trace> {
  readonly name: string;
  readonly weight: number;
  readonly isCalibrated: boolean;
  traces: number;
  /** Number of traces by those of them that would be kept if there were no budget. */
  total: number;
  /** Spans that leave where all is kept that may be. */
  capacity: number;
  /** Spans that leave for each unit of the level, until shares are 1. */
  slope: number;
  /** Spans of all traces. */
  spans: number;
  /** It only falls: what was let go of at a lower level is gone. */
  level: number;
  held: Candidate<Trace>[];
  /** Those with the highest randomness of what was let go of. `calibrate` takes from it. */
  reserve: Candidate<Trace>[];
}

/** What a stratum begins with. */
export type StratumStart = Pick<Stratum<unknown>, 'weight' | 'isCalibrated'>;

/** A stratum without traces. */
export function createStratum<Trace>(name: string, { weight, isCalibrated }: StratumStart): Stratum<Trace> {
  return {
    name,
    weight,
    isCalibrated,
    traces: 0,
    total: 0,
    capacity: 0,
    slope: 0,
    spans: 0,
    level: Infinity,
    held: [],
    reserve: [],
  };
}

/** Adds a trace to the numbers of the stratum; returns how many spans are expected to leave of it. */
export function note(stratum: Stratum<unknown>, demand: Demand, value: number): number {
  const capacity = capacityOf(demand);
  const slope = value * stratum.weight;
  stratum.traces += 1;
  stratum.spans += demand.spans;
  stratum.capacity += capacity;
  stratum.slope += capacity * slope;
  return capacity * Math.min(1, stratum.level * slope);
}

/** Whether the trace is kept at the level that the stratum has now. */
export function isWithin(
  { level, weight }: Stratum<unknown>,
  { demand, value, randomness }: Candidate<unknown>,
): boolean {
  return randomness >= 1 - Math.max(demand.floor, demand.ceiling * Math.min(1, level * weight * value));
}

/** Whether the trace would be kept if there were no budget. */
export const isWithinCeiling = ({ demand, randomness }: Candidate<unknown>): boolean =>
  randomness >= 1 - demand.ceiling;

const MAX_RESERVE = 3;
const FEW_TRACES = 50;
const FEW_KEPT = 4;

/** Takes a trace that is not kept at this level; returns the one that is let go of for good, if any. */
export function reserve<Trace>(stratum: Stratum<Trace>, candidate: Candidate<Trace>): Candidate<Trace> | undefined {
  const mayBeNeeded = stratum.isCalibrated && (stratum.traces <= FEW_TRACES || expectedOf(stratum) < FEW_KEPT);
  if (!mayBeNeeded || !isWithinCeiling(candidate)) return candidate;
  stratum.reserve.push(candidate);
  if (stratum.reserve.length <= MAX_RESERVE) return undefined;
  stratum.reserve.sort((a, b) => b.randomness - a.randomness);
  return stratum.reserve.pop();
}

/** Traces of a calibrated stratum that are expected to be kept. */
const expectedOf = ({ level, weight, traces, capacity, spans }: Stratum<unknown>): number =>
  Math.min(1, level * weight) * traces * (capacity / spans);

/** Fewer traces than that are kept of a stratum: then the count cannot be made to add up without bias. */
const MIN_KEPT = 0.3;
const CALIBRATED = { digits: 8, rounding: 'down' } as const;

/**
 * Decides about the traces of a stratum, at the level that it has come to.
 *
 * @param carried counts of earlier windows that nothing has stood for yet, by the names of strata
 * @returns each candidate with its threshold, or `undefined` where it is not kept
 */
export function decisionsOf<Trace>(
  stratum: Stratum<Trace>,
  carried: Map<string, number>,
): [candidate: Candidate<Trace>, threshold: string | undefined][] {
  const { name, level, weight, total, held, reserve } = stratum;
  const before = carried.get(name) ?? 0;
  const isShort = level * weight < 1 ? expectedOf(stratum) >= MIN_KEPT : before > 0;
  if (!stratum.isCalibrated || !isShort) {
    return [...held.map((candidate) => decisionOf(stratum, candidate)), ...reserve.map((each) => none(each))];
  }
  const { counts, left } = calibrate(held, reserve, total + before);
  if (left > 0) carried.set(name, left);
  else carried.delete(name);
  return [...held, ...reserve].map((candidate) => {
    const count = counts.get(candidate);
    return count === undefined ? none(candidate) : [candidate, thresholdBy(count, candidate.demand.ceiling)];
  });
}

/** A count is no less than that of the ceiling, but for rounding errors. */
function thresholdBy(count: number, ceiling: number): string | undefined {
  const threshold = thresholdOf(1 / count, CALIBRATED);
  const lowest = thresholdOf(ceiling);
  return threshold !== undefined && lowest !== undefined && threshold < lowest ? lowest : threshold;
}

const none = <Trace>(candidate: Candidate<Trace>): [Candidate<Trace>, undefined] => [candidate, undefined];

function decisionOf<Trace>(
  { level, weight }: Stratum<Trace>,
  candidate: Candidate<Trace>,
): [Candidate<Trace>, string | undefined] {
  return [candidate, keptBy(candidate.demand, level * weight * candidate.value)];
}

/**
 * Decides about a trace that may have this share of its ceiling.
 *
 * @returns its threshold, `undefined` where it is not kept
 */
export function keptBy(demand: Demand, share: number): string | undefined {
  const threshold = thresholdAt(demand, share);
  return threshold !== undefined && isKept(demand.randomness, threshold) ? threshold : undefined;
}

/** Where the share is below 1 the threshold is rounded up: what was let go of by the exact one is not kept by it either. */
function thresholdAt({ ceiling, floor }: Demand, share: number): string | undefined {
  const threshold = share >= 1 ? thresholdOf(ceiling) : thresholdOf(ceiling * share, { rounding: 'up' });
  return floor > 0 ? lowerThreshold(threshold, thresholdOf(floor)) : threshold;
}
