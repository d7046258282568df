/** Returns the name that a misspelt one is most likely meant to be: the same in other capitals, or one or two edits away. */
export function nearestName(misspelt: string, names: readonly string[]): string | undefined {
  const lower = misspelt.toLowerCase();
  let nearest: string | undefined;
  let least = editsAllowed(lower) + 1;
  for (const name of names) {
    const edits = editDistance(lower, name.toLowerCase());
    if (edits < least) [nearest, least] = [name, edits];
  }
  return nearest;
}

/** Asks for the nearest name, where there is one: `did you mean otlp?`. */
export function didYouMean(misspelt: string, names: readonly string[]): string | undefined {
  const meant = nearestName(misspelt, names);
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}

/** In a short name two edits would make anything of it. */
const editsAllowed = ({ length }: string) => (length < 3 ? 0 : length < 7 ? 1 : 2);

/**
 * Counts the letters to change, add, leave out, or swap with their neighbour that turn one text into the other.
 *
 * @see https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance#Optimal_string_alignment_distance
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(above, j) + 1,
        at(row, j - 1) + 1,
        at(above, j - 1) + (isSame ? 0 : 1),
        isSwap ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, above] = [above, row];
  }
  return at(above, b.length);
}

const at = (row: readonly number[], index: number) => row[index] as number;
