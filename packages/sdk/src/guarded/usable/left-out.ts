/**
 * Returns how many entries were left out of attributes or links that were made usable; for the counts that are exported
 * with a span.
 */
export function leftOutOf(usable: object | undefined): number {
  return counts === undefined || usable === undefined ? 0 : (counts.get(usable) ?? 0);
}

/** Remembers how many entries a usable copy lacks. */
export function noteLeftOut(usable: object, count: number): void {
  if (count > 0) (counts ??= new WeakMap()).set(usable, count);
}

/** Tells whether anything was ever left out. */
export const isAnyLeftOut = (): boolean => counts !== undefined;

/** Made when the first is left out: most applications have none, and each of their spans is asked. */
let counts: WeakMap<object, number> | undefined;
