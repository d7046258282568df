import type { Simulation } from './simulate.ts';
import { dateOf, timeOf } from './utc-time.ts';
import { rate, table } from './words-report.ts';

const ROWS = 20;
const MAX_BAR = 60;
const MIN_BAR = 10;
const SECOND = 1000;
const DAY = 86_400_000;

/** Spans of a row of the chart. */
interface Bucket {
  readonly time: number;
  made: number;
  kept: number;
  exported: number;
}

/**
 * Spans a second over time, by when they ended; under a budget also by when they leave, and the bar is that beside the
 * budget:
 *
 * ```
 *   time      made/s  kept/s  exported/s  █ exported  ░ made  ┃ budget
 *   12:00:00     347     115         100  ████████┃░░░░░░░░░░░░░░░░░░░
 * ```
 */
export function chartLines(simulation: Simulation, columns: number): string[] {
  const { from, perSecond, budget, processes } = simulation;
  const first = Math.floor(from / SECOND) * SECOND;
  const last = perSecond.at(-1)?.time ?? first;
  const seconds = (last - first) / SECOND + 1;
  const step = Math.ceil(seconds / ROWS);
  const buckets = bucketsOf(perSecond, first, step * SECOND, Math.ceil(seconds / step));
  const most = Math.max(...buckets.map(({ made, exported }) => Math.max(made, exported)));
  const limit = budget && budget.spansPerSecond * processes * step;
  const mark = limit !== undefined && limit <= most ? limit : undefined;
  const labelOf = last - from > DAY ? (time: number) => `${dateOf(time)} ${timeOf(time)}` : timeOf;
  const [heading, ...numbers] = table(
    [
      ['time', 'made/s', 'kept/s', ...(budget === undefined ? [] : ['exported/s'])],
      ...buckets.map(({ time, made, kept, exported }) => [
        labelOf(time),
        rate(made / step),
        rate(kept / step),
        ...(budget === undefined ? [] : [rate(exported / step)]),
      ]),
    ],
    [1, 2, 3],
  );
  const shown = budget === undefined ? 'kept' : 'exported';
  const ofAll = processes === 1 ? '' : ` of ${processes} processes`;
  const legend = `█ ${shown}  ░ made${mark === undefined ? '' : `  ┃ budget${ofAll}, ${rate(mark / step)}/s`}`;
  const widest = Math.max(...numbers.map((line) => line.length));
  const width = Math.max(MIN_BAR, Math.min(MAX_BAR, columns - widest - 2));
  const columnsOf = (count: number) => (count === 0 ? 0 : Math.max(1, Math.round((count / most) * width)));
  const bars = buckets.map((bucket) => {
    const drawn = bar(columnsOf(bucket[shown]), columnsOf(bucket.made));
    return mark === undefined ? drawn : withMark(drawn, Math.min(width - 1, columnsOf(mark)));
  });
  return [`${heading}  ${legend}`, ...numbers.map((line, i) => `${line}  ${bars[i] ?? ''}`.trimEnd())];
}

/** All periods from the first on, those without spans too. */
function bucketsOf(seconds: Simulation['perSecond'], from: number, step: number, count: number): Bucket[] {
  const buckets = Array.from({ length: count }, (_, i): Bucket => ({
    time: from + i * step,
    made: 0,
    kept: 0,
    exported: 0,
  }));
  for (const { time, made, kept, exported } of seconds) {
    const bucket = buckets[Math.min(count - 1, Math.floor((time - from) / step))];
    if (bucket === undefined) continue;
    bucket.made += made;
    bucket.kept += kept;
    bucket.exported += exported;
  }
  return buckets;
}

/** Draws what is shown, and behind it what was made besides. */
function bar(shown: number, made: number): string {
  return '█'.repeat(shown) + '░'.repeat(Math.max(0, made - shown));
}

function withMark(drawn: string, at: number): string {
  return `${drawn.slice(0, at).padEnd(at)}┃${drawn.slice(at + 1)}`;
}
