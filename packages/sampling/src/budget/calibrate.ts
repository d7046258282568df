import type { Candidate } from './stratum.ts';

/** Numbers of traces that kept ones stand for. */
export interface Calibration<Trace> {
  /** Those that are kept, with the number that each stands for. */
  readonly counts: ReadonlyMap<Candidate<Trace>, number>;
  /** The number that none of them can stand for. */
  readonly left: number;
}

/**
 * Has the kept traces of a stratum stand for all of them: the numbers add up to `total`. None stands for more than its
 * randomness allows, so that it still passes the threshold that says its number; where that is not enough, traces of the
 * reserve are kept too.
 *
 * It depends on the set of the randomness values and on nothing that tells one trace from another: so each trace of the
 * stratum stands for one, on average, whatever it is.
 *
 * @param held traces that are kept
 * @param reserve traces that may be
 */
export function calibrate<Trace>(
  held: readonly Candidate<Trace>[],
  reserve: readonly Candidate<Trace>[],
  total: number,
): Calibration<Trace> {
  const kept = held.map(limited).sort(byRandomness); // sums of doubles depend on the order, too
  const more = reserve.map(limited).sort(byRandomness);
  let most = kept.reduce((sum, each) => sum + each.most, 0);
  while ((kept.length === 0 || most < total) && more.length > 0) {
    const next = more.pop() as Limited<Trace>;
    kept.push(next);
    most += next.most;
  }
  const each = evenCount(kept, total);
  return {
    counts: new Map(kept.map(({ candidate, most: limit }) => [candidate, Math.min(each, limit)])),
    left: Math.max(0, total - most),
  };
}

interface Limited<Trace> {
  readonly candidate: Candidate<Trace>;
  /** The greatest number that it can stand for. */
  readonly most: number;
}

const limited = <Trace>(candidate: Candidate<Trace>): Limited<Trace> => ({
  candidate,
  most: 1 / (1 - candidate.randomness), // Infinity for the highest
});

/** From the lowest to the highest, which is also from the least to the greatest number: but that may be the same for two. */
const byRandomness = (a: Limited<unknown>, b: Limited<unknown>): number =>
  a.candidate.randomness - b.candidate.randomness;

/** The number with which they add up to `total`, where each has that or its limit. */
function evenCount(kept: readonly Limited<unknown>[], total: number): number {
  let left = total;
  let open = kept.length;
  for (const { most } of kept.toSorted(byRandomness)) {
    if (left / open <= most) return left / open;
    left -= most;
    open -= 1;
  }
  return Infinity;
}
