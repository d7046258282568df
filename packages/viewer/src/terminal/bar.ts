const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const FULL = '█';

/**
 * A bar from one moment to another on an axis of `width` columns. Its length is exact to an eighth of a column, its
 * start to a column: there are no blocks that are filled from the right. Never empty and never wider than the axis.
 *
 * @param from the start as a share of the axis, 0 to 1
 * @param to the end as a share of the axis, 0 to 1
 */
export function bar(from: number, to: number, width: number): string {
  const start = Math.min(Math.floor(clamp(from) * width), width - 1);
  const length = Math.round((clamp(to) - clamp(from)) * width * 8);
  const eighths = Math.min(Math.max(1, length), (width - start) * 8);
  return ' '.repeat(start) + FULL.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
