// Thresholds and randomness are 56-bit numbers, which no double holds exactly. They are compared as they travel, as hex
// digits from the left: 15 of 16 decisions look at one digit, where two halves as numbers would need seven.

/** Rejects nothing. */
export const REJECT_NOTHING = '0';

/** The threshold that keeps more: digits behind a common beginning, without trailing zeros, are in the order of the numbers. */
export function lowerThreshold(one: string, other: string): string;
export function lowerThreshold(one: string | undefined, other: string | undefined): string | undefined;
export function lowerThreshold(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}

const DIGITS = 14;
/** Makes letters small and leaves digits as they are: some id generators write capital letters. */
const SMALL = 0x20;

/**
 * Says whether a trace is kept at this threshold: whether its randomness is no less. All participants that ask this with
 * the same threshold keep the same traces, and those with a lower one keep these too.
 *
 * @param randomness the trace id, or an explicit randomness value: the last 14 of its hex digits decide. Where there are
 *   fewer, only the threshold that rejects nothing keeps
 * @param threshold 1 to 14 hex digits, as `thresholdOf` and `parseOtMember` of `@clew/trace-context` return them
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/#testing-randomness-vs-threshold
 */
export function isKept(randomness: string, threshold: string): boolean {
  if (threshold === REJECT_NOTHING) return true;
  if (typeof randomness !== 'string' || randomness.length < DIGITS) return false;
  const start = randomness.length - DIGITS;
  for (let i = 0; i < threshold.length; i++) {
    const digit = randomness.charCodeAt(start + i) | SMALL;
    const limit = threshold.charCodeAt(i);
    if (digit !== limit) return digit > limit;
  }
  return true; // what the threshold does not write are zeros
}
