import type { TraceSummary } from '../../src/api/answers.ts';

/** A trace as a point: when it began, and how long it took on a scale of powers of ten. */
export interface LatencyPoint {
  readonly trace: TraceSummary;
  /** Pixels from the left and from the top. */
  readonly x: number;
  readonly y: number;
}

export interface LatencyScale {
  readonly points: readonly LatencyPoint[];
  /** Durations in nanoseconds at the lines of the scale, with their heights. */
  readonly lines: readonly { readonly nanos: number; readonly y: number }[];
}

/** Places traces in a strip. Starts are numbers of milliseconds: a pixel is more than that. */
export function latencyScale(traces: readonly TraceSummary[], width: number, height: number): LatencyScale {
  const starts = traces.map(({ startUnixNano }) => Number(startUnixNano) / 1e6);
  const powers = traces.map(({ durationNanos }) => Math.log10(Math.max(durationNanos, 1)));
  const [first, last] = boundsOf(starts);
  const [low, high] = boundsOf(powers);
  const [bottom, top] = [Math.floor(low), Math.max(Math.ceil(high), Math.floor(low) + 1)];
  const xOf = (start: number) =>
    last > first ? PADDING + ((start - first) / (last - first)) * (width - 2 * PADDING) : width / 2;
  const yOf = (power: number) => height - PADDING - ((power - bottom) / (top - bottom)) * (height - 2 * PADDING);
  return {
    points: traces.map((trace, index) => ({ trace, x: xOf(starts[index] ?? 0), y: yOf(powers[index] ?? 0) })),
    lines: Array.from({ length: top - bottom + 1 }, (_, step) => ({
      nanos: 10 ** (bottom + step),
      y: yOf(bottom + step),
    })),
  };
}

/** The point that is nearest to a place, if one is near. */
export function nearestPoint(points: readonly LatencyPoint[], x: number, y: number): LatencyPoint | undefined {
  let nearest: LatencyPoint | undefined;
  let least = NEAR * NEAR;
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance > least) continue;
    nearest = point;
    least = distance;
  }
  return nearest;
}

const PADDING = 7;
const NEAR = 14; // pixels

function boundsOf(values: readonly number[]): readonly [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return values.length === 0 ? [0, 0] : [least, most];
}
