/** Asks for the key that a wrong one is most likely meant to be: `did you mean ratio?`, or returns `undefined`. */
export function didYouMean(wrong: string, keys: readonly string[]): string | undefined {
  const folded = fold(wrong.slice(0, MAX_LENGTH));
  let nearest: string | undefined;
  let least = (folded.length < 3 ? 0 : folded.length < 7 ? 1 : 2) + 1;
  for (const key of keys) {
    const edits = editsBetween(folded, fold(key));
    if (edits < least) [nearest, least] = [key, edits];
  }
  return nearest === undefined ? undefined : `did you mean ${nearest}?`;
}

const MAX_LENGTH = 64;

/** `spansPerSecond`, `spans-per-second` and `spans_per_second` are one. */
const fold = (key: string) => key.toLowerCase().replaceAll(/[-_ ]/g, '');

/** Counts the letters to change, add, leave out, or swap with their neighbour. */
function editsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (above[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        isSwap ? (before[j - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, above] = [above, row];
  }
  return above[b.length] as number;
}
