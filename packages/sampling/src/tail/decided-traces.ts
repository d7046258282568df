import { createDecisionCache } from './decision-cache.ts';
import type { Outcome } from './outcome.ts';

/** The decisions about the last traces, for spans that end later. */
export interface DecidedTraces {
  note(traceId: string, outcome: Outcome): void;
  /** Without the rule: only local roots say it, and none of them is late. */
  get(traceId: string): Outcome | undefined;
}

/** Twice as many are remembered at most: fewer than there are numbers, so that none has come to mean another threshold. */
const CAPACITY = 30_000;
const MAX_NUMBERS = 65_000;
const MAX_INTERNED = 1024;
const DROPPED = 0;

export function createDecidedTraces(): DecidedTraces {
  const decisions = createDecisionCache(CAPACITY);
  const outcomes: Outcome[] = [{ isKept: false, threshold: undefined, rule: '' }];
  const numbers = new Map<string | undefined, number>();
  let latest = DROPPED;

  function numberOf(threshold: string | undefined): number {
    const known = numbers.get(threshold);
    if (known !== undefined) return known;
    latest = (latest % MAX_NUMBERS) + 1;
    outcomes[latest] = { isKept: true, threshold, rule: '' };
    if (numbers.size >= MAX_INTERNED) numbers.clear();
    numbers.set(threshold, latest);
    return latest;
  }

  return {
    note: (traceId, { isKept, threshold }) => decisions.set(traceId, isKept ? numberOf(threshold) : DROPPED),
    get(traceId) {
      const number = decisions.get(traceId);
      return number === undefined ? undefined : outcomes[number];
    },
  };
}
