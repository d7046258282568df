/** Counts of durations, by which quantiles are told to 2 %. */
export interface DurationSketch {
  /** Counts a duration of any number of milliseconds; NaN and negative ones are left out. Never throws. */
  add(millis: number): void;
  /** Multiplies all counts by a number from 0 to 1, and leaves out those that become next to nothing. */
  decay(factor: number): void;
  /** Number of durations that are counted, as far as they have not decayed. */
  count(): number;
  /**
   * Duration in milliseconds that a share of those counted does not exceed: at most 2 % above the least such duration, never
   * below it, from 10 us to 28 h. Beyond these it is one of the two. NaN while nothing is counted.
   */
  quantile(share: number): number;
}

/**
 * Makes an empty sketch. Each bucket holds the durations that are up to 2 % longer than all of the bucket before it: 1,164
 * for all durations that are told apart. Memory is for those between the least and the greatest that came, 4 bytes each.
 */
export function createDurationSketch(): DurationSketch {
  let counts = new Float32Array(0);
  let first = 0; // the bucket of counts[0]
  let total = 0;
  return {
    add(millis) {
      if (!(millis >= 0)) return;
      const bucket = bucketOf(millis);
      if (bucket < first || bucket >= first + counts.length) {
        const from = Math.min(counts.length === 0 ? bucket : first, bucket) & ~(STEP - 1);
        const to = Math.max(first + counts.length, bucket + 1);
        const wider = new Float32Array((to - from + STEP - 1) & ~(STEP - 1));
        wider.set(counts, counts.length === 0 ? 0 : first - from);
        counts = wider;
        first = from;
      }
      const at = bucket - first;
      counts[at] = (counts[at] ?? 0) + 1;
      total += 1;
    },
    decay(factor) {
      total = 0;
      for (let at = 0; at < counts.length; at++) {
        const left = (counts[at] ?? 0) * factor;
        counts[at] = left < NOTHING ? 0 : left; // the smallest numbers of all are slow to reckon with
        total += counts[at] ?? 0;
      }
    },
    count: () => total,
    quantile(share) {
      if (total === 0) return Number.NaN;
      const wanted = share * total;
      let seen = 0;
      let last = 0;
      for (let at = 0; at < counts.length; at++) {
        const count = counts[at] ?? 0;
        if (count === 0) continue;
        last = at;
        seen += count;
        if (seen >= wanted) break;
      }
      return endOf(first + last);
    },
  };
}

/** Buckets that a sketch grows by: a power of two. */
const STEP = 32;
const NOTHING = 1e-3;

const SHORTEST = 0.01;
const LONGEST = 1e8;
const LOG_OF_STEP = Math.log(1.02);
/** More than what logarithms and powers are rounded by, so that the end of a bucket is not before what is in it. */
const ROUNDING = 1 + 1e-9;

function bucketOf(millis: number): number {
  if (millis <= SHORTEST) return 0;
  return Math.ceil(Math.log(Math.min(millis, LONGEST) / SHORTEST) / LOG_OF_STEP);
}

/** The longest duration of a bucket. */
const endOf = (bucket: number): number => Math.min(SHORTEST * Math.exp(bucket * LOG_OF_STEP) * ROUNDING, LONGEST);
