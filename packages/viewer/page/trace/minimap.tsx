import { useSignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { useApp } from '../app/app.ts';
import type { Palette } from '../colour/palette.ts';
import { followDrag } from '../shared/drag.ts';
import { useThemeVersion } from '../shared/use-theme-version.ts';
import { formatNanos } from '../text/format-nanos.ts';
import { drawMinimap, type MinimapPaint } from './draw-minimap.ts';
import { extentOf, panBy } from './move-in-trace.ts';
import type { OpenTrace } from './open-trace.ts';
import { MIN_WINDOW, type TimeWindow, within } from './time-window.ts';
import type { TraceModel } from './trace-model.ts';

export interface MinimapProps {
  readonly open: OpenTrace;
  readonly model: TraceModel;
  readonly width: number;
}

/** The trace as a whole, and the part of it that is on the screen: draw a range to zoom, move it, or take its ends. */
export function Minimap({ open, model, width }: MinimapProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const extent = overviewOf(open, model);
  useDrawing(canvas, model, extent, width);
  const range = useSignal<TimeWindow | undefined>(undefined);
  const window = range.value ?? open.window.value;
  const length = Math.max(extent.to - extent.from, 1);
  const toX = (time: number) => Math.min(width, Math.max(0, ((time - extent.from) / length) * width));
  const isZoomed = range.value !== undefined || open.zoom.value !== undefined;
  const [left, right] = [toX(window.from), toX(window.to)];
  const drag = (kind: 'new' | 'move' | 'from' | 'to') => (event: PointerEvent) =>
    startDrag(event, { kind, open, model, extent, width, show: (next) => void (range.value = next) });
  return (
    <div class="minimap" onPointerDown={drag('new')} onDblClick={() => void (open.zoom.value = undefined)}>
      <canvas ref={canvas} role="img" aria-label={`Overview of ${formatNanos(length)}`} />
      {isZoomed ? (
        <>
          <div class="shade" style={{ left: '0', width: `${left}px` }} />
          <div class="shade" style={{ left: `${right}px`, right: '0' }} />
          <div
            class="brush"
            style={{ left: `${left}px`, width: `${Math.max(2, right - left)}px` }}
            onPointerDown={drag('move')}
          >
            <div class="brush-end brush-from" onPointerDown={drag('from')} />
            <div class="brush-end brush-to" onPointerDown={drag('to')} />
          </div>
        </>
      ) : null}
    </div>
  );
}

/** Time that the overview covers: the main window, and what the reader has zoomed to beside it. */
function overviewOf(open: OpenTrace, model: TraceModel): TimeWindow {
  const main = open.main.value;
  const zoom = open.zoom.value;
  return zoom !== undefined && (zoom.from < main.from || zoom.to > main.to) ? extentOf(model) : main;
}

interface DragPlan {
  readonly kind: 'new' | 'move' | 'from' | 'to';
  readonly open: OpenTrace;
  readonly model: TraceModel;
  readonly extent: TimeWindow;
  readonly width: number;
  readonly show: (range: TimeWindow | undefined) => void;
}

const MIN_DRAG = 3; // pixels; less is a click

function startDrag(event: PointerEvent, { kind, open, model, extent, width, show }: DragPlan): void {
  event.stopPropagation();
  const map = (event.currentTarget as Element).closest('.minimap');
  if (map === null) return;
  const { left } = map.getBoundingClientRect();
  const perPixel = Math.max(extent.to - extent.from, 1) / Math.max(width, 1);
  const timeAt = (x: number) => extent.from + (x - left) * perPixel;
  const before = open.window.peek();
  const rangeOf = ({ from, to }: { from: number; to: number }): TimeWindow => {
    const by = (to - from) * perPixel;
    if (kind === 'move') return within({ from: before.from + by, to: before.to + by }, extentOf(model));
    const ends = {
      new: [timeAt(from), timeAt(to)],
      from: [before.from + by, before.to],
      to: [before.from, before.to + by],
    }[kind];
    const [first = 0, last = 0] = ends.toSorted((a, b) => a - b);
    return within({ from: first, to: Math.max(last, first + MIN_WINDOW) }, extentOf(model));
  };
  followDrag(
    event,
    (drag) => show(rangeOf(drag)),
    (drag) => {
      show(undefined);
      if (Math.abs(drag.to - drag.from) >= MIN_DRAG) open.zoom.value = rangeOf(drag);
      else if (kind === 'new' && open.zoom.peek() !== undefined) centre(open, timeAt(drag.to));
    },
  );
}

/** A click beside the window moves it there. */
function centre(open: OpenTrace, time: number): void {
  const { from, to } = open.window.peek();
  panBy(open, (time - (from + to) / 2) / Math.max(to - from, 1));
}

function useDrawing(
  canvas: RefObject<HTMLCanvasElement | null>,
  model: TraceModel,
  extent: TimeWindow,
  width: number,
): void {
  const { palette } = useApp();
  const theme = useThemeVersion();
  useEffect(() => {
    if (canvas.current !== null) drawMinimap(canvas.current, model, extent, paintOf(canvas.current, palette));
  }, [canvas, model, extent, width, theme, palette]);
}

/** Reads the colours of the stylesheet off the canvas itself, which has the class of what is coloured by service. */
function paintOf(canvas: HTMLCanvasElement, palette: Palette): MinimapPaint {
  canvas.classList.add('hued');
  const style = getComputedStyle(canvas);
  return {
    palette,
    serviceColour(hue) {
      canvas.style.setProperty('--hue', String(hue));
      return style.color;
    },
    errorColour: style.outlineColor,
  };
}
