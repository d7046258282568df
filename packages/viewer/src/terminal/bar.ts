/** A stretch of an axis: shares of its length, 0 to 1. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const FULL = '█';
/** A column of a bar that is off the critical path. */
export const LIGHT = '▒';

/**
 * A bar on an axis of `width` columns, `█` where it is on the critical path and `▒` elsewhere. Its length is exact to an
 * eighth of a column, its start and its light end to a column: there are no blocks that are filled from the right, and no
 * light ones that are narrow. Never empty and never wider than the axis.
 *
 * @param critical its stretches on the critical path, in order; `undefined` where no path is known: all is `█`
 */
export function bar({ from, to }: Stretch, critical: readonly Stretch[] | undefined, width: number): string {
  const start = Math.min(Math.floor(clamp(from) * width), width - 1);
  const length = Math.round((clamp(to) - clamp(from)) * width * 8);
  const eighths = Math.min(Math.max(1, length), (width - start) * 8);
  const columns = Math.ceil(eighths / 8);
  const isDark = critical === undefined ? () => true : darkColumns(coverage(critical, clamp(from), width, columns));
  let drawn = ' '.repeat(start);
  for (let column = 0; column < columns; column++) drawn += glyph(Math.min(8, eighths - column * 8), isDark(column));
  const isThin = drawn.length === start;
  return isThin ? drawn + EIGHTHS[1] : drawn;
}

function glyph(eighths: number, isDark: boolean): string {
  if (isDark) return EIGHTHS[eighths] ?? FULL;
  return eighths >= 4 ? LIGHT : '';
}

/** Share of each column of a bar, 0 to 1, that is on the critical path. */
function coverage(critical: readonly Stretch[], start: number, width: number, columns: number): Float64Array {
  const covered = new Float64Array(columns);
  for (const { from, to } of critical) {
    const [first, last] = [(clamp(from) - start) * width, (clamp(to) - start) * width];
    for (let column = Math.max(0, Math.floor(first)); column < Math.min(columns, last); column++) {
      covered[column] = (covered[column] ?? 0) + Math.min(last, column + 1) - Math.max(first, column);
    }
  }
  return covered;
}

/** Chooses columns so that there are as many as are covered in sum: many short stretches show as their share. */
function darkColumns(covered: Float64Array): (column: number) => boolean {
  const dark = new Set<number>();
  let due = 0;
  for (const [column, share] of covered.entries()) {
    due += share;
    if (share === 0 || due < 0.5) continue;
    dark.add(column);
    due -= 1;
  }
  return (column) => dark.has(column);
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
