// A threshold is a 56-bit number, which no double holds exactly. As hex digits without their trailing zeros, the way
// they travel, thresholds need no arithmetic: they compare with the randomness of a trace as strings do.

const THRESHOLD = /^[\da-f]{1,14}$/;
const DIGITS = 14;
/** As many significant digits as the specification recommends: the probability is right to 0.013 %. */
const PRECISION = 4;
const HALF = DIGITS / 2;
const HALF_RANGE = 16 ** HALF;

/** The threshold that is written `text`, without trailing zeros; `undefined` when it is not 1 to 14 hex digits. */
export function parseThreshold(text: string): string | undefined {
  return THRESHOLD.test(text) ? withoutTrailingZeros(text) : undefined;
}

/** Precision and rounding of `thresholdOf`. */
export interface ThresholdPrecision {
  /** Significant digits of the probability, 1 to 13: those after the leading `f` digits of the threshold. Default: 4. */
  readonly digits?: number;
  /**
   * `down` never exceeds the exact threshold, so that a trace whose randomness passes that one passes the rounded one too;
   * `up` is never below it, so that what the rounded one keeps the exact one keeps too. Default: `nearest`.
   */
  readonly rounding?: 'nearest' | 'down' | 'up';
}

/**
 * The rejection threshold for a sampling probability, as `th` is written: `0` for 1, `8` for 0.5, `fd70a` for 0.01.
 *
 * @param probability above 0 and up to 1; greater counts as 1
 * @param precision four digits to the nearest by default; eight, down, where a count has to add up
 * @returns up to 14 hex digits, or `undefined` where no threshold says it: for 0, less, and NaN
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export function thresholdOf(probability: number, precision: ThresholdPrecision = DEFAULT): string | undefined {
  if (!(probability > 0)) return undefined;
  if (precision !== DEFAULT) return written(probability, precision);
  if (probability !== lastProbability) {
    lastThreshold = written(probability, DEFAULT);
    lastProbability = probability;
  }
  return lastThreshold;
}

const DEFAULT: ThresholdPrecision = {};
// Whoever samples asks for the same few probabilities for each trace. A second copy of this module writes them once more.
let lastProbability = 0;
let lastThreshold: string | undefined;

function written(probability: number, { digits = PRECISION, rounding = 'nearest' }: ThresholdPrecision): string {
  // Each leading f is a sixteenth of what is kept. What remains is small enough to be an exact number.
  let remaining = Math.min(probability, 1);
  let leading = 0;
  while (remaining <= 1 / 16 && leading < DIGITS - 1) {
    remaining *= 16;
    leading++;
  }
  const length = Math.min(digits, DIGITS - leading);
  const range = 16 ** length;
  const kept = Math.max(1, round[rounding](remaining * range));
  return withoutTrailingZeros('f'.repeat(leading) + (range - kept).toString(16).padStart(length, '0'));
}

/** Rounding of the part that is kept; that of the threshold is the opposite. */
const round = { nearest: Math.round, down: Math.ceil, up: Math.floor } as const;

/**
 * The sampling probability that a threshold stands for, above 0 and up to 1; its inverse is the adjusted count.
 *
 * @param threshold as `parseOtMember` and `thresholdOf` return it
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/#sampling-threshold-value-th
 */
export function probabilityOf(threshold: string): number {
  // In halves, from the top down: 2^56 minus a small number would lose what is kept when almost nothing is.
  return ((HALF_RANGE - numberIn(threshold, 0)) * HALF_RANGE - numberIn(threshold, HALF)) / (HALF_RANGE * HALF_RANGE);
}

/** The number that seven small hex digits are; those behind the end are zeros. */
function numberIn(threshold: string, start: number): number {
  let number = 0;
  for (let at = start; at < start + HALF; at++) {
    const code = at < threshold.length ? threshold.charCodeAt(at) : ZERO;
    number = number * 16 + (code <= NINE ? code - ZERO : code - A + 10);
  }
  return number;
}

const ZERO = 0x30;
const NINE = 0x39;
const A = 0x61;

/**
 * Says whether a trace of this randomness is kept at this threshold: whether it is no less. All participants that ask
 * this with the same threshold keep the same traces.
 */
export function passesThreshold(randomness: string, threshold: string): boolean {
  return randomness >= threshold;
}

function withoutTrailingZeros(digits: string): string {
  let length = digits.length;
  while (length > 1 && digits[length - 1] === '0') length--;
  return digits.slice(0, length);
}
