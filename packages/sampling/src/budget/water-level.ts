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
  const slopes = slopesFrom(byFullness);
  let left = budget;
  for (const [place, basin] of byFullness.entries()) {
    const level = left / (slopes[place] ?? 0);
    if (level < basin.capacity / basin.slope) return level;
    left -= basin.capacity;
    if (!(left > 0)) return basin.capacity / basin.slope; // as far as doubles tell, the budget is spent exactly
  }
  return Infinity;
}

/** The slope of each basin and all after it, summed from the end: taking slopes off a sum would leave rounding errors. */
function slopesFrom(basins: readonly Basin[]): number[] {
  let slope = 0;
  return basins
    .toReversed()
    .map((basin) => (slope += basin.slope))
    .toReversed();
}
