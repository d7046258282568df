import { createMovingRate } from './moving-rate.ts';

/**
 * The part of what the start of a trace keeps that may be promised to other processes. What was promised leaves whatever
 * the budget says, so it must not be more than a part of that: from the past, so that it is known as a trace begins.
 */
export interface PromiseLimit {
  /** Counts a trace that other processes were told of: spans that would leave if all were kept that the policy allows. */
  note(spans: number): void;
  /**
   * Ends a period.
   *
   * @param room spans a millisecond that there are for such traces and others
   */
  turn(millis: number, room: number): void;
  /** From 0 to 1, to multiply shares by. It is the same until the next `turn`. */
  scale(): number;
}

/** Part of the room that promises may take. */
const SHARE = 0.5;
const LEAST = 1e-6;

export function createPromiseLimit(): PromiseLimit {
  const demand = createMovingRate();
  let scale = 1;
  return {
    note: demand.add,
    turn(millis, room) {
      if (!(millis > 0)) return;
      const latest = demand.turn(millis);
      const wanted = Math.max(demand.get(), latest); // it rises at once, and falls slowly
      scale = wanted > 0 ? Math.min(1, Math.max(LEAST, (SHARE * room) / wanted)) : 1;
    },
    scale: () => scale,
  };
}
