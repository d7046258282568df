/** Amounts a millisecond, of which recent ones count more. */
export interface MovingRate {
  add(amount: number): void;
  /** Ends a period: what was added since the one before counts from now on. */
  turn(millis: number): void;
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
      if (!(millis > 0)) return;
      const weight = 1 - (1 - WEIGHT) ** (millis / SECOND);
      rate += weight * (added / millis - rate);
      added = 0;
    },
    get: () => rate,
  };
}
