/** Knowledge of each other that the threads of a process need to share one budget. */
export interface BudgetSharing {
  /** Spans that have left in the slot of `createSlotGate`. */
  readonly cell: BigInt64Array;
  /** Milliseconds, on a clock that all threads have. */
  now(): number;
  /** The part of the budget that is for this thread, above 0 and up to 1. */
  share(): number;
  /** Counts spans that this thread would export. */
  report(spans: number): void;
  /** Ends a period, about once a second. */
  turn(): void;
}

/** The sharing of a thread that is alone. */
export function createLoneBudget(now: () => number): BudgetSharing {
  return { cell: new BigInt64Array(1), now, share: () => 1, report() {}, turn() {} };
}
