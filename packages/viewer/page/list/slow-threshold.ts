/**
 * A round duration above which about one of ten traces lies, as a query has it: `500ms`. `undefined` while there are too few
 * traces to tell.
 */
export function slowThreshold(durations: readonly number[]): string | undefined {
  if (durations.length < ENOUGH) return undefined;
  const inOrder = durations.toSorted((a, b) => a - b);
  const ninth = inOrder[Math.floor(inOrder.length * 0.9)] ?? 0;
  const millis = ROUND_MILLIS.findLast((each) => each * 1e6 <= ninth);
  if (millis === undefined) return undefined;
  return millis < 1000 ? `${millis}ms` : `${millis / 1000}s`;
}

const ENOUGH = 5;
const ROUND_MILLIS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];
