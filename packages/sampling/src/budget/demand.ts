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
  const { ceiling, floor } = demand;
  if (ceiling === 1 && floor === 0) return demand;
  return { ...demand, ceiling: rounded(ceiling), floor: rounded(floor) };
}

function rounded(probability: number): number {
  const threshold = thresholdOf(probability);
  return threshold === undefined ? 0 : probabilityOf(threshold);
}

/** As many as a double holds exactly. */
const DIGITS = 13;

/** The randomness as a number from 0 to 1, rounded down so that no threshold above it is reached; 0 where it is none. */
export function randomnessOf(text: string): number {
  const value = Number.parseInt(text.slice(-14, -1), 16) / 16 ** DIGITS;
  return value >= 0 ? value : 0;
}
