import type { Palette } from '../colour/palette.ts';
import type { TimeWindow } from './time-window.ts';
import { serviceOf, timesOf, type TraceModel } from './trace-model.ts';

export interface MinimapPaint {
  readonly palette: Palette;
  /** Colours as the stylesheet has them at the moment. */
  serviceColour(hue: number): string;
  readonly errorColour: string;
}

/**
 * Draws every span of a trace as a line: time to the right, rows downwards; errors on top. Spans of a service are drawn
 * together, since a change of colour costs more than a line.
 */
export function drawMinimap(
  canvas: HTMLCanvasElement,
  model: TraceModel,
  extent: TimeWindow,
  paint: MinimapPaint,
): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext('2d');
  if (context === null || width === 0) return;
  const ratio = devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  context.scale(ratio, ratio);

  const rowHeight = (height - 2 * PADDING) / model.count;
  const thickness = Math.max(1, Math.min(3, rowHeight - 0.5));
  const scale = width / Math.max(extent.to - extent.from, 1);
  const draw = (index: number, minWidth: number) => {
    const { start, end } = timesOf(model, index);
    const left = (start - extent.from) * scale;
    const wide = Math.max(minWidth, (end - start) * scale);
    if (left <= width && left + wide >= 0) context.fillRect(left, PADDING + index * rowHeight, wide, thickness);
  };
  for (const members of spansByService(model)) {
    context.fillStyle = paint.serviceColour(paint.palette.hueOf(serviceOf(model, members[0] ?? 0)));
    for (const index of members) draw(index, 1);
  }
  context.fillStyle = paint.errorColour;
  for (const index of model.errors) draw(index, 2);
}

const PADDING = 4;

function spansByService({ spans }: TraceModel): number[][] {
  const groups: number[][] = [];
  for (const [index, service] of spans.service.entries()) (groups[service] ??= []).push(index);
  return groups.filter((members) => members !== undefined);
}
