/** Part of a trace's time that is on the screen, in nanoseconds after its start. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** Place of a bar in pixels, and where it leaves the window. */
export interface BarPlace {
  readonly left: number;
  readonly width: number;
  /** Set when nothing of it is within the window. */
  readonly outside?: 'before' | 'after';
}

/** Bars of no length, and of less than a pixel, are this wide. */
export const MIN_BAR = 2;
/** Nothing can be told apart in less. */
export const MIN_WINDOW = 100;

/** Where a span is drawn in a row of `width` pixels: always within it, and never too thin to be seen. */
export function placeBar(start: number, end: number, { from, to }: TimeWindow, width: number): BarPlace {
  const length = Math.max(to - from, 1);
  const last = Math.max(0, width - MIN_BAR);
  if (end < from) return { left: 0, width: MIN_BAR, outside: 'before' };
  if (start > to) return { left: last, width: MIN_BAR, outside: 'after' };
  const left = clamp(((start - from) / length) * width, 0, last);
  const right = clamp(((end - from) / length) * width, 0, width);
  return { left, width: Math.max(MIN_BAR, right - left) };
}

/** Shows more or less around a point, which stays where it is; `factor` below 1 shows less. */
export function zoomedAt(window: TimeWindow, point: number, factor: number, extent: TimeWindow): TimeWindow {
  const length = clamp((window.to - window.from) * factor, MIN_WINDOW, Math.max(MIN_WINDOW, extent.to - extent.from));
  const share = (point - window.from) / Math.max(window.to - window.from, 1);
  return within({ from: point - share * length, to: point + (1 - share) * length }, extent);
}

/** Moves the window by a share of its length. */
export function panned(window: TimeWindow, share: number, extent: TimeWindow): TimeWindow {
  const by = (window.to - window.from) * share;
  return within({ from: window.from + by, to: window.to + by }, extent);
}

/** A window around a span, with some room beside it. */
export function windowAround(start: number, end: number, extent: TimeWindow): TimeWindow {
  const room = Math.max((end - start) * 0.06, MIN_WINDOW / 2);
  return within({ from: start - room, to: end + room }, extent);
}

/** Moves a window into an extent, and shortens one that is longer. */
export function within({ from, to }: TimeWindow, extent: TimeWindow): TimeWindow {
  const length = Math.min(to - from, Math.max(extent.to - extent.from, MIN_WINDOW));
  const start = clamp(from, extent.from, Math.max(extent.from, extent.to - length));
  return { from: start, to: start + length };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
