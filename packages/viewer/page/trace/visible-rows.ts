import type { Folds } from './fold-repeats.ts';
import type { TraceModel } from './trace-model.ts';

/** Rows that are on the list at the moment: without what is collapsed, and repeats in one row each. */
export interface VisibleRows {
  readonly count: number;
  /** Index of the span of each row; of a fold, that of its first member. */
  readonly spans: Int32Array;
  /** Row in which each span is seen: its own, that of its fold, or that of the ancestor it is collapsed into. */
  readonly rowOf: Int32Array;
  /** Number of the fold that a row stands for; -1 for a row of one span. */
  readonly foldOf: Int32Array;
}

/** Rows that the reader has opened and closed, as ids of spans, which stay when spans are added. */
export interface Openness {
  readonly collapsed: ReadonlySet<string>;
  /** Repeats are folded, but for those unfolded by hand, which are known by their first member. */
  readonly folding: boolean;
  readonly unfolded: ReadonlySet<string>;
}

/** Walks over the spans once. */
export function visibleRows(model: TraceModel, folds: Folds, openness: Openness): VisibleRows {
  const { spans, subtreeEnd, count } = model;
  const rows = new Int32Array(count);
  const rowOf = new Int32Array(count).fill(-1);
  const foldOf = new Int32Array(count).fill(-1);
  const isFolded = foldedFolds(model, folds, openness);
  let row = 0;
  for (let index = 0; index < count;) {
    const fold = folds.ofSpan[index] ?? -1;
    const first = isFolded[fold] === true ? folds.list[fold]?.members[0] : undefined;
    if (first !== undefined && first !== index) {
      rowOf[index] = rowOf[first] ?? 0;
      index += 1;
      continue;
    }
    rows[row] = index;
    rowOf[index] = row;
    if (first !== undefined) foldOf[row] = fold;
    const isCollapsed = openness.collapsed.size > 0 && openness.collapsed.has(spans.id[index] ?? '');
    const next = isCollapsed ? (subtreeEnd[index] ?? index + 1) : index + 1;
    rowOf.fill(row, index + 1, next);
    index = next;
    row += 1;
  }
  return { count: row, spans: rows.subarray(0, row), rowOf, foldOf: foldOf.subarray(0, row) };
}

function foldedFolds({ spans }: TraceModel, { list }: Folds, { folding, unfolded }: Openness): boolean[] {
  if (!folding) return [];
  return list.map(({ members }) => unfolded.size === 0 || !unfolded.has(spans.id[members[0] ?? -1] ?? ''));
}
