import { useSignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { TraceSummary } from '../../src/api/answers.ts';
import { useApp } from '../app/app.ts';
import type { Palette } from '../colour/palette.ts';
import { useSize } from '../shared/use-size.ts';
import { useThemeVersion } from '../shared/use-theme-version.ts';
import { formatNanos } from '../text/format-nanos.ts';
import { visibleStart } from '../text/visible-text.ts';
import { type LatencyPoint, type LatencyScale, latencyScale, nearestPoint } from './latency-scale.ts';

export interface LatencyStripProps {
  readonly traces: readonly TraceSummary[];
  readonly onOpen: (traceId: string) => void;
}

/**
 * The traces of the list as points, time to the right and duration upwards: what is slow or fails stands out. For the eye
 * and the pointer; the list below says the same in words.
 */
export function LatencyStrip({ traces, onOpen }: LatencyStripProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSize(canvas).width;
  const hovered = useSignal<LatencyPoint | undefined>(undefined);
  const scale = latencyScale(traces, Math.max(1, width - AXIS), HEIGHT);
  useDrawing(canvas, scale, hovered.value?.trace.traceId);
  const pointAt = (event: MouseEvent) => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    return nearestPoint(scale.points, event.clientX - left - AXIS, event.clientY - top);
  };
  return (
    <div class="latency-strip" aria-hidden="true">
      <canvas
        ref={canvas}
        class={`hued${hovered.value === undefined ? '' : ' is-near'}`}
        onPointerMove={(event) => void (hovered.value = pointAt(event))}
        onPointerLeave={() => void (hovered.value = undefined)}
        onClick={(event) => {
          const point = pointAt(event);
          if (point !== undefined) onOpen(point.trace.traceId);
        }}
      />
      {scale.lines
        .filter((_, index) => index % Math.ceil(scale.lines.length / 3) === 0)
        .map(({ nanos, y }) => (
          <span key={nanos} class="latency-label" style={{ top: `${y}px` }}>
            {formatNanos(nanos).replace(/\.0+(?=\D)/, '')}
          </span>
        ))}
      {hovered.value === undefined ? null : <Tip point={hovered.value} width={width} />}
    </div>
  );
}

/** Pixels to the left, where the scale has its labels. */
const AXIS = 56;
const HEIGHT = 68;
const TIP_WIDTH = 260;

function Tip({ point, width }: { readonly point: LatencyPoint; readonly width: number }): JSX.Element {
  const { trace, x } = point;
  return (
    <span class="latency-tip" style={{ left: `${Math.max(0, Math.min(x + AXIS + 10, width - TIP_WIDTH))}px` }}>
      <b>{visibleStart(trace.name, 60)}</b> {formatNanos(trace.durationNanos)}
      {trace.error === undefined ? null : <span class="error-text"> {visibleStart(trace.error, 60)}</span>}
    </span>
  );
}

function useDrawing(
  canvas: RefObject<HTMLCanvasElement | null>,
  scale: LatencyScale,
  hovered: string | undefined,
): void {
  const { palette } = useApp();
  const theme = useThemeVersion();
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, scale, hovered, palette);
  }, [canvas, scale, hovered, palette, theme]);
}

function draw(
  canvas: HTMLCanvasElement,
  { points, lines }: LatencyScale,
  hovered: string | undefined,
  palette: Palette,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  const style = getComputedStyle(canvas);
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  context.scale(devicePixelRatio, devicePixelRatio);
  context.translate(AXIS, 0);
  context.fillStyle = style.borderTopColor;
  for (const { y } of lines) context.fillRect(0, Math.round(y), width - AXIS, 1);
  // Errors last, so that they lie on top.
  for (const { trace, x, y } of points.toSorted((a, b) => a.trace.errors - b.trace.errors)) {
    canvas.style.setProperty('--hue', String(palette.hueOf(trace.service)));
    context.fillStyle = trace.errors > 0 ? style.outlineColor : style.color;
    context.globalAlpha = trace.errors > 0 ? 0.95 : 0.7;
    context.beginPath();
    context.arc(x, y, trace.traceId === hovered ? 5 : 3, 0, 2 * Math.PI);
    context.fill();
  }
}
