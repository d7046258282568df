/** Rows that are in the document: those that are seen, and some before and after. */
export interface VisibleRange {
  readonly first: number;
  /** After the last one. */
  readonly end: number;
}

/** Which rows of a list are drawn; in steps, so that a scroll by a few pixels changes nothing. */
export function visibleRange(scrollTop: number, height: number, rowHeight: number, count: number): VisibleRange {
  const top = Math.floor(Math.max(0, scrollTop) / rowHeight / STEP) * STEP;
  const seen = Math.ceil(Math.max(0, height) / rowHeight) + STEP;
  const first = Math.max(0, Math.min(top - OVERSCAN, count - seen));
  return { first, end: Math.min(count, top + seen + OVERSCAN) };
}

/** The nearest place to scroll to from which a row is seen whole. */
export function scrollTopFor(row: number, scrollTop: number, height: number, rowHeight: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) return Math.max(0, top - rowHeight);
  const bottom = top + rowHeight;
  if (bottom > scrollTop + height) return bottom - height + Math.min(rowHeight, Math.max(0, height - rowHeight));
  return scrollTop;
}

const STEP = 4;
const OVERSCAN = 8;
