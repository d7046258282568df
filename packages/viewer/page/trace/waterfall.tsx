import { useComputed } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { IconButton } from '../shared/icon-button.tsx';
import { Splitter } from '../shared/splitter.tsx';
import { useSize } from '../shared/use-size.ts';
import { VirtualRows, type VirtualRowsHandle } from '../shared/virtual-rows.tsx';
import { FindBox } from './find-box.tsx';

import { Minimap } from './minimap.tsx';
import { collapseAll, selectedIndex, zoomBy, panBy } from './move-in-trace.ts';
import { INDENT } from './name-cell.tsx';
import type { OpenTrace } from './open-trace.ts';
import { rowId, SpanRow } from './span-row.tsx';
import { TimeAxis, TimeLines } from './time-axis.tsx';
import { useAnchor } from './use-anchor.ts';
import { timeTicks } from './time-ticks.ts';
import type { TraceLayout } from './trace-layout.ts';
import type { TraceModel } from './trace-model.ts';

export interface WaterfallProps {
  readonly open: OpenTrace;
  readonly model: TraceModel;
  readonly layout: TraceLayout;
  readonly handle: RefObject<VirtualRowsHandle | null>;
}

const ROW_HEIGHT = 24;

/** The rows of a trace, below their overview and their axis. */
export function Waterfall({ open, model, layout, handle }: WaterfallProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const total = useSize(element).width || 1000;
  const wanted = layout.nameWidth.value || Math.round(total * NAME_SHARE);
  const nameWidth = Math.max(MIN_NAME, Math.min(wanted, total - MIN_BARS));
  const width = Math.max(MIN_BARS, total - nameWidth - SCROLLBAR);
  return (
    <div
      ref={element}
      class="waterfall"
      style={{ '--name-width': `${nameWidth}px` }}
      onWheel={(event) => onWheel(event, open, nameWidth, width)}
    >
      <div class="overview">
        <FindBox open={open} />
        <Minimap open={open} model={model} width={width} />
      </div>
      <Rows open={open} model={model} handle={handle} width={width} nameWidth={nameWidth} />
      <Splitter width={layout.nameWidth} shown={nameWidth} min={MIN_NAME} max={1200} label="Width of the names" />
    </div>
  );
}

const HEAD_HEIGHT = 26;
const NAME_SHARE = 0.38;
const MIN_NAME = 160;
const MIN_BARS = 160;
const SCROLLBAR = 12;
const PIXELS_PER_TICK = 110;

interface RowsProps extends Omit<WaterfallProps, 'layout'> {
  readonly width: number;
  readonly nameWidth: number;
}

function Rows({ open, model, handle, width, nameWidth }: RowsProps): JSX.Element {
  const rows = open.rows.value;
  const folds = open.folds.value;
  const active = useComputed(() => {
    const index = open.selected.value === undefined ? undefined : selectedIndex(open);
    return index === undefined ? undefined : open.rows.value?.rowOf[index];
  }).value;
  const attention = open.attention.value;
  const shown = useRef(attention);
  useLayoutEffect(() => {
    if (attention === shown.current || active === undefined) return;
    shown.current = attention; // spans that come in move the row as well, but not the reader's eye
    handle.current?.show(active);
  }, [attention, active, handle]);
  const onScroll = useAnchor(handle, model, rows, ROW_HEIGHT);
  const window = open.window.value;
  const ticks = timeTicks(window, Math.max(2, Math.floor(width / PIXELS_PER_TICK)));
  const maxIndent = Math.max(4, Math.min(24, Math.floor((nameWidth * 0.45) / INDENT)));
  return (
    <VirtualRows
      class="span-rows"
      role="treegrid"
      label="Spans"
      count={rows?.count ?? 0}
      columns={2}
      rowHeight={ROW_HEIGHT}
      headHeight={HEAD_HEIGHT}
      head={<Head open={open} axis={<TimeAxis ticks={ticks} window={window} width={width} />} />}
      behind={<TimeLines ticks={ticks} window={window} width={width} />}
      activeRow={active}
      activeId={active === undefined ? undefined : rowId(active)}
      handle={handle}
      onScroll={onScroll}
      render={(row, top) => {
        const index = rows?.spans[row] ?? 0;
        const fold = folds?.list[rows?.foldOf[row] ?? -1];
        return (
          <SpanRow
            key={index}
            open={open}
            model={model}
            index={index}
            fold={fold}
            row={row}
            top={top}
            width={width}
            maxIndent={maxIndent}
          />
        );
      }}
    />
  );
}

function Head({ open, axis }: { readonly open: OpenTrace; readonly axis: JSX.Element }): JSX.Element {
  return (
    <div class="span-row span-head" role="row" aria-rowindex={1}>
      <div class="name-cell" role="columnheader">
        <span class="head-label">Span</span>
        <IconButton icon="expandAll" label="Show all rows" onClick={() => collapseAll(open, false)} />
        <IconButton
          icon="collapseAll"
          label="Hide what is below the top rows"
          onClick={() => collapseAll(open, true)}
        />
        <HeadToggle label="Fold repeats" keys="f" signal={open.folding} />
        <HeadToggle label="Critical path" keys="c" signal={open.showsCritical} />
      </div>
      <div class="bar-cell" role="columnheader" aria-label="Time">
        {axis}
      </div>
    </div>
  );
}

interface HeadToggleProps {
  readonly label: string;
  readonly keys: string;
  readonly signal: OpenTrace['folding'];
}

function HeadToggle({ label, keys, signal }: HeadToggleProps): JSX.Element {
  return (
    <button
      type="button"
      class="head-toggle"
      aria-pressed={signal.value}
      title={`${label} (${keys})`}
      onClick={() => void (signal.value = !signal.peek())}
    >
      {label}
    </button>
  );
}

/** With Ctrl or Cmd the wheel zooms at the pointer; sideways it moves a trace that is zoomed. */
function onWheel(event: WheelEvent, open: OpenTrace, nameWidth: number, width: number): void {
  const sideways = event.shiftKey ? event.deltaY : event.deltaX;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    const { left } = (event.currentTarget as Element).getBoundingClientRect();
    const { from, to } = open.window.peek();
    const share = (event.clientX - left - nameWidth) / width;
    zoomBy(open, Math.exp(Math.max(-50, Math.min(50, event.deltaY)) * 0.01), from + share * (to - from));
  } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY) && open.zoom.peek() !== undefined) {
    event.preventDefault();
    panBy(open, sideways / width);
  }
}
