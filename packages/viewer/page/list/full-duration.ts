/** The duration that fills a bar: the longest one, or, where few are much longer than the others, one that leaves room for these. */
export function fullDuration(durations: readonly number[]): number {
  const inOrder = durations.toSorted((a, b) => a - b);
  const ninth = inOrder[Math.floor(inOrder.length * 0.9)] ?? 0;
  const longest = inOrder.at(-1) ?? 0;
  return longest > ninth * FAR ? ninth * ROOM : longest;
}

const FAR = 4;
const ROOM = 1.25;
