/** Values that were made last, of those that can be made again at any time. */
export interface RecentValues<Key extends object, Value> {
  /** The value of `key`, made now unless it was made a short while ago. */
  of(key: Key): Value;
}

/**
 * @param weigh says how much room a value takes
 * @param maxWeight room that the values which are kept may take together
 */
export function createRecentValues<Key extends object, Value>(
  make: (key: Key) => Value,
  weigh: (key: Key) => number,
  maxWeight: number,
): RecentValues<Key, Value> {
  let fresh = new Map<Key, Value>();
  let fading = fresh; // the generation before: half of the room each
  let weight = 0;
  return {
    of(key) {
      const kept = fresh.get(key) ?? fading.get(key);
      if (kept !== undefined) return kept;
      const value = make(key);
      const added = weigh(key);
      if (weight + added > maxWeight / 2) {
        fading = fresh;
        fresh = new Map();
        weight = 0;
      }
      if (added > maxWeight / 2) return value;
      fresh.set(key, value);
      weight += added;
      return value;
    },
  };
}
