import type { JSX } from 'preact';

import { plural } from '../shared/plural.ts';
import { formatNanos } from '../text/format-nanos.ts';
import { BarCell } from './bar-cell.tsx';
import type { Fold } from './fold-repeats.ts';
import { hasChildren } from './move-in-trace.ts';
import { NameCell } from './name-cell.tsx';
import type { OpenTrace } from './open-trace.ts';
import { isError, nameOf, timesOf, type TraceModel } from './trace-model.ts';

export interface SpanRowProps {
  readonly open: OpenTrace;
  readonly model: TraceModel;
  /** Index of the span, or of the first one of a fold. */
  readonly index: number;
  readonly fold: Fold | undefined;
  readonly row: number;
  readonly top: string;
  /** Depth from which on rows are not indented further. */
  readonly maxIndent: number;
  /** Width of the column of bars in pixels. */
  readonly width: number;
}

/** A row of the waterfall: a span, or some that are folded. */
export function SpanRow(props: SpanRowProps): JSX.Element {
  const { open, model, index, row, top } = props;
  const id = model.spans.id[index] ?? '';
  const isSelected = open.selected.value === id;
  const isCollapsed = open.collapsed.value.has(id);
  const isFound = open.find.isFound.value.has(index);
  return (
    <div
      id={rowId(row)}
      class={`span-row${isFound ? ' is-found' : ''}${isError(model, index) ? ' has-error' : ''}`}
      role="row"
      aria-level={(model.spans.depth[index] ?? 0) + 1}
      aria-rowindex={row + 2}
      aria-selected={isSelected}
      aria-expanded={hasChildren(model, index) ? !isCollapsed : undefined}
      aria-label={labelOf(props)}
      style={{ top }}
      onClick={() => {
        open.selected.value = id;
        open.drawer.value = 'span';
      }}
    >
      <NameCell {...props} isCollapsed={isCollapsed} />
      <BarCell {...props} />
    </div>
  );
}

/** Id of the element of a row; rows are known by their number, since ids of spans may collide. */
export function rowId(row: number): string {
  return `row-${row}`;
}

function labelOf({ model, index, fold }: SpanRowProps): string {
  const { start, end } = timesOf(model, index);
  const error = isError(model, index) ? ', failed' : '';
  const count = fold === undefined ? '' : `, ${plural(fold.members.length, 'time')}`;
  return `${nameOf(model, index).slice(0, 200)}${count}${error}, ${formatNanos(end - start)}`;
}
