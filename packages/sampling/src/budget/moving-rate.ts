/** Amounts a millisecond, of which recent ones count more. */
export interface MovingRate {
  add(amount: number): void;
  /**
   * Ends a period: what was added since the one before counts from now on.
   *
   * @param millis above 0; otherwise the period goes on
   * @returns the rate of that period alone
   */
  turn(millis: number): number;
  get(): number;
}

/** Part of the latest second; that of longer periods is greater. */
const WEIGHT = 0.2;
const SECOND = 1000;

export function createMovingRate(): MovingRate {
  let added = 0;
  let rate = 0;
  return {
    add: (amount) => void (added += amount),
    turn(millis) {
      if (!(millis > 0)) return rate;
      const latest = added / millis;
      const weight = 1 - (1 - WEIGHT) ** (millis / SECOND);
      rate += weight * (latest - rate);
      added = 0;
      return latest;
    },
    get: () => rate,
  };
}
