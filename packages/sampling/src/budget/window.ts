import { randomnessOf, type Demand } from './demand.ts';
import {
  createStratum,
  decisionsOf,
  isWithin,
  isWithinCeiling,
  note,
  reserve,
  type Candidate,
  type Stratum,
  type StratumStart,
} from './stratum.ts';
import { waterLevel } from './water-level.ts';

/**
 * Traces of one lane from the time at which the window opened. It lets go of some as soon as more spans are expected than
 * may leave, and decides about the rest when it is closed:
 *
 * ```
 *   share of a trace  = ceiling * min(1, level * weight * value)       kept: randomness >= 1 - share
 *   level             = where the budget is spent; within a window it only falls
 * ```
 *
 * What is let go of, and when, follows from the sizes and kinds of the traces so far and from the past. It never follows
 * from their randomness, not even by way of the number that is held: so a kept trace stands for 1 / share of its like.
 */
export interface BudgetWindow<Trace> {
  /**
   * @param name of the stratum
   * @param limit spans that may leave by now, asked when more may be expected
   */
  offer(trace: Trace, demand: Demand, name: string, limit: () => number): void;
  /** Decides about all, in the order in which they came, and begins anew. */
  close(limit: number): readonly KeptTrace<Trace>[];
  isEmpty(): boolean;
  /** Spans that would leave if there were no limit. */
  wanted(): number;
  /** Spans of the traces that wait. */
  held(): number;
  /** The lowest level of the window before. */
  lastLevel(): number;
  /** Sum of the mean numbers of spans of the calibrated strata in the window before. */
  lastMeanSpans(): number;
}

/** A trace that is kept, with its threshold. */
interface KeptTrace<Trace> {
  readonly trace: Trace;
  readonly demand: Demand;
  readonly threshold: string;
}

/** Surroundings of a window. */
export interface WindowOptions<Trace> {
  /** The value of a trace with so many spans, in a stratum that is not calibrated. */
  valueOf(spans: number): number;
  /** Asked for each new stratum; what it returns is from the past. */
  startOf(demand: Demand): StratumStart;
  drop(trace: Trace): void;
  /** Counts that are carried from window to window, by the names of strata. */
  readonly carried: Map<string, number>;
}

/** How far beyond the limit expectations go before traces are let go of. */
const SLACK = 1.05;

// oxlint-disable-next-line max-lines-per-function -- its functions close over one window; none is long
export function createWindow<Trace>({ valueOf, startOf, drop, carried }: WindowOptions<Trace>): BudgetWindow<Trace> {
  const strata = new Map<string, Stratum<Trace>>();
  let expected = 0;
  let held = 0;
  let places = 0;
  let lastLevel = Infinity;
  let lastMeanSpans = 0;

  function letGo({ trace, demand }: Candidate<Trace>): void {
    held -= demand.spans;
    drop(trace);
  }

  function reject(stratum: Stratum<Trace>, candidate: Candidate<Trace>): void {
    const out = reserve(stratum, candidate);
    if (out !== undefined) letGo(out);
  }

  function prune(limit: number): void {
    const all = [...strata.values()];
    const level = waterLevel(all, limit);
    expected = 0;
    for (const stratum of all) {
      if (level < stratum.level) lower(stratum, level);
      expected += Math.min(stratum.capacity, stratum.level * stratum.slope);
    }
  }

  function lower(stratum: Stratum<Trace>, level: number): void {
    const before = stratum.held;
    stratum.level = level;
    stratum.held = [];
    for (const candidate of before) {
      if (isWithin(stratum, candidate)) stratum.held.push(candidate);
      else reject(stratum, candidate);
    }
  }

  return {
    offer(trace, demand, name, limit) {
      let stratum = strata.get(name);
      if (stratum === undefined) strata.set(name, (stratum = createStratum(name, startOf(demand))));
      const value = stratum.isCalibrated ? 1 : valueOf(demand.spans);
      const candidate = { trace, demand, randomness: randomnessOf(demand.randomness), value, place: places++ };
      expected += note(stratum, demand, value);
      held += demand.spans;
      if (isWithinCeiling(candidate)) stratum.total += 1 / demand.ceiling;
      if (isWithin(stratum, candidate)) stratum.held.push(candidate);
      else reject(stratum, candidate);
      const most = limit();
      if (expected > SLACK * most) prune(most);
    },
    close(limit) {
      prune(limit);
      const kept: (KeptTrace<Trace> & { readonly place: number })[] = [];
      lastLevel = Infinity;
      lastMeanSpans = 0;
      for (const stratum of strata.values()) {
        lastLevel = Math.min(lastLevel, stratum.level);
        if (stratum.isCalibrated) lastMeanSpans += stratum.spans / stratum.traces;
        for (const [{ trace, demand, place }, threshold] of decisionsOf(stratum, carried)) {
          if (threshold === undefined) drop(trace);
          else kept.push({ trace, demand, threshold, place });
        }
      }
      strata.clear();
      expected = 0;
      held = 0;
      return kept.sort((a, b) => a.place - b.place);
    },
    isEmpty: () => strata.size === 0,
    wanted: () => [...strata.values()].reduce((sum, { capacity }) => sum + capacity, 0),
    held: () => held,
    lastLevel: () => lastLevel,
    lastMeanSpans: () => lastMeanSpans,
  };
}
