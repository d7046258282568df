/** So many hex digits of a number from 0 up to 1. */
export const hexOf = (fraction: number, digits: number): string =>
  Math.floor(fraction * 16 ** digits)
    .toString(16)
    .padStart(digits, '0');

/** Numbers from 0 up to 1, the same for a seed: good enough for traffic. */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
