/** Counts what became of the ended spans of one process; part of `status()`. */
export interface Tally {
  /** Ended and sampled. */
  ended: number;
  /** Acknowledged by the backend. */
  sent: number;
  /** Given up, by cause. */
  readonly lost: Record<string, number>;
  lastError?: string;
}

export function createTally(): Tally {
  return { ended: 0, sent: 0, lost: {} };
}
