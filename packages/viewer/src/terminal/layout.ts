import type { SpanForest } from '../reading/span-forest.ts';
import { type Trace, traceExtent } from '../trace.ts';
import type { Stretch } from './bar.ts';
import { criticalStretches } from './critical-stretches.ts';
import type { Paint } from './paint.ts';
import { labelWidth, rowLabel } from './row-label.ts';
import type { Row } from './span-rows.ts';
import { type TreeLines, treeLinesFor } from './tree-lines.ts';

/**
 * How a waterfall is laid out, in columns of the terminal:
 *
 *     margin │ label: tree, name, service │ 1 │ bar │ 1 │ duration
 *
 * The label is as wide as the rows need, up to a share of the line. A terminal that is too narrow for bars gets none.
 */
export interface Layout {
  readonly columns: number;
  readonly label: number;
  /** 0 for no bars. */
  readonly bar: number;
  readonly tree: TreeLines;
  readonly axis: Axis;
  readonly paint: Paint;
}

/** The time that a waterfall shows. */
export interface Axis {
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  /** Nanoseconds; at least 1. */
  readonly length: bigint;
  /** Stretches of spans on the critical path, by span id; `undefined` where no path is known. */
  readonly critical: ReadonlyMap<string, readonly Stretch[]> | undefined;
}

export const MARGIN = '  ';
export const DURATION_WIDTH = 8;

const MIN_COLUMNS = 40;
const MIN_COLUMNS_WITH_BARS = 60;
const MIN_LABEL = 16;
const MAX_LABEL_SHARE = 0.55;
/** Share of the widest label that tree lines may take. */
const TREE_SHARE = 0.6;

/** The columns that are known before the rows are. */
export interface Frame {
  readonly columns: number;
  /** Columns for labels and bars. */
  readonly free: number;
  readonly maxLabel: number;
  readonly tree: TreeLines;
}

/** @param columns width of the terminal; a narrower one than 40 columns is taken for 40 */
export function frameFor(forest: SpanForest, columns: number): Frame {
  const width = Math.max(MIN_COLUMNS, columns);
  const hasBars = width >= MIN_COLUMNS_WITH_BARS;
  const free = width - MARGIN.length - DURATION_WIDTH - (hasBars ? 2 : 1);
  const maxLabel = hasBars ? Math.floor(free * MAX_LABEL_SHARE) : free;
  return { columns: width, free, maxLabel, tree: treeLinesFor(forest, Math.floor(maxLabel * TREE_SHARE)) };
}

export function layOut(rows: readonly Row[], frame: Frame, axis: Axis, paint: Paint): Layout {
  const { columns, free, maxLabel, tree } = frame;
  let label = free === maxLabel ? free : MIN_LABEL;
  for (const row of rows) {
    const [span] = row.spans;
    if (span !== undefined) label = Math.max(label, Math.min(maxLabel, labelWidth(rowLabel(row, span, tree))));
  }
  return { columns, label, bar: free - label, tree, axis, paint };
}

export function axisOf(trace: Trace): Axis {
  const { start, end } = traceExtent(trace);
  const length = end > start ? end - start : 1n;
  return { start, length, critical: criticalStretches(trace, length) };
}
