import { probabilityOf } from '@clew/trace-context';

/** Number of things as a backend counts them from those that were kept: each stands for 1 / probability. */
export interface Estimate {
  readonly count: number;
  /** Bounds of the 95 % confidence interval. */
  readonly low: number;
  readonly high: number;
  /** Things that were kept without a threshold: nobody knows for how many they stand, and they are not counted. */
  readonly unknown: number;
}

/** A thing that was kept. */
export interface Counted {
  readonly traceId: string;
  /** As in `th`; `undefined` where there is none. */
  readonly threshold: string | undefined;
}

const Z95 = 1.96;

/**
 * Horvitz and Thompson's estimate, and its variance: `a (a - 1)` for each thing that was kept with the count `a`. Things of
 * one trace share its randomness, so that the smaller probability decides about two of them together, and each pair adds
 * `2 (a b - max(a, b))`.
 */
export function estimate(kept: readonly Counted[]): Estimate {
  const byTrace = new Map<string, number[]>();
  let unknown = 0;
  for (const { traceId, threshold } of kept) {
    if (threshold === undefined) {
      unknown += 1;
      continue;
    }
    const counts = byTrace.get(traceId);
    const count = 1 / probabilityOf(threshold);
    if (counts === undefined) byTrace.set(traceId, [count]);
    else counts.push(count);
  }
  let count = 0;
  let variance = 0;
  for (const counts of byTrace.values()) {
    let sum = 0;
    let maxima = 0; // of all ordered pairs, a thing with itself included
    for (const [i, a] of counts.toSorted((x, y) => x - y).entries()) {
      sum += a;
      maxima += a * (2 * i + 1); // it is the greatest of 2 i pairs with smaller ones, and of its own
    }
    count += sum;
    variance += sum ** 2 - maxima;
  }
  const margin = Z95 * Math.sqrt(Math.max(0, variance));
  return { count, low: Math.max(kept.length - unknown, count - margin), high: count + margin, unknown };
}
