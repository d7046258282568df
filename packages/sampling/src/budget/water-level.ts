/** Traces that are kept by one share. */
export interface Basin {
  /** Spans that leave when all are kept that may be. */
  readonly capacity: number;
  /** Spans that leave for each unit of the level, before `capacity` is reached. Above 0 where `capacity` is. */
  readonly slope: number;
}

/**
 * The level at which a budget is spent: each basin takes the lesser of `capacity` and `slope * level`, and all of them
 * together as much as the budget.
 *
 * @returns `Infinity` when all fits, 0 when the budget is 0
 */
export function waterLevel(basins: readonly Basin[], budget: number): number {
  if (!(budget > 0)) return 0;
  const byFullness = basins
    .filter(({ capacity }) => capacity > 0)
    .toSorted((a, b) => a.capacity / a.slope - b.capacity / b.slope);
  let left = budget;
  let slope = 0;
  for (const basin of byFullness) slope += basin.slope;
  for (const basin of byFullness) {
    const level = left / slope;
    if (level < basin.capacity / basin.slope) return level;
    left -= basin.capacity;
    slope -= basin.slope;
    if (!(left > 0)) return basin.capacity / basin.slope; // as far as doubles tell, the budget is spent exactly
  }
  return Infinity;
}
