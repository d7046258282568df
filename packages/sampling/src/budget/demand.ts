import { probabilityOf, thresholdOf } from '@clew/trace-context';

/** Traces that compete for the same part of a budget: with errors, slow, and all others. */
export type Lane = (typeof LANES)[number];
/** In the order in which they leave. */
export const LANES = ['errors', 'slow', 'rest'] as const;

/**
 * A trace that has ended, as a budget sees it. Counts stay true because nothing but `randomness` depends on the randomness
 * of the trace.
 */
export interface Demand {
  readonly lane: Lane;
  /** Its values of the attributes to balance by, as one text. */
  readonly key: string;
  readonly spans: number;
  /** The trace id or an explicit randomness value: the last 14 hex digits decide. */
  readonly randomness: string;
  /** The probability with which it would be kept if there were no budget. */
  readonly ceiling: number;
  /** The probability with which it is kept at least, since other processes keep their parts. */
  readonly floor: number;
  /** The probability with which such a trace is seen at all: below 1 where its start has let no other be recorded. */
  readonly given: number;
  /** Importance beside other traces of its lane. */
  readonly weight: number;
}

/** Spans that are expected to leave of such a trace if there is no budget. */
export const capacityOf = ({ spans, ceiling, given }: Demand): number => (spans * ceiling) / given;

/** Ceiling and floor as their thresholds say them: a trace that passes such a threshold is within them, too. */
export function withRoundedShares(demand: Demand): Demand {
  const { lane, key, spans, randomness, given, weight } = demand;
  const ceiling = rounded(demand.ceiling);
  const floor = rounded(demand.floor);
  if (ceiling === demand.ceiling && floor === demand.floor) return demand;
  return { lane, key, spans, randomness, ceiling, floor, given, weight };
}

function rounded(probability: number): number {
  if (probability === 0 || probability === 1) return probability;
  const threshold = thresholdOf(probability);
  return threshold === undefined ? 0 : probabilityOf(threshold);
}

/** As many as a double holds exactly. */
const DIGITS = 13;

/** The randomness as a number from 0 to 1, rounded down so that no threshold above it is reached; 0 where it is none. */
export function randomnessOf(text: string): number {
  const end = text.length - 1;
  let value = 0;
  for (let at = end - DIGITS; at < end; at++) {
    const code = text.charCodeAt(at);
    const digit = code <= NINE ? code - ZERO : (code | SMALL) - A + 10;
    if (!(digit >= 0 && digit < 16) || (code > NINE && digit < 10)) return randomnessOfOdd(text);
    value = value * 16 + digit;
  }
  return value / RANGE;
}

/** An id generator of the application's may return anything. */
function randomnessOfOdd(text: string): number {
  const value = Number.parseInt(text.slice(-14, -1), 16) / RANGE;
  return value >= 0 ? value : 0;
}

const RANGE = 16 ** DIGITS;
const ZERO = 0x30;
const NINE = 0x39;
const A = 0x61;
/** Makes letters small. */
const SMALL = 0x20;
