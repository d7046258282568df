import type { TimeWindow } from './time-window.ts';
import type { TraceModel } from './trace-model.ts';

/** The window that a trace opens with, and how many spans lie outside of it. */
export interface MainWindow extends TimeWindow {
  readonly spansOutside: number;
}

/**
 * Finds the part of a trace that is worth looking at first: all of it, unless clocks that differ by hours or years would leave
 * nothing but dots. Then it is the group of spans that lie together, the largest one.
 */
export function mainWindow({ answer, spans, count }: TraceModel): MainWindow {
  const all = { from: 0, to: Math.max(answer.extentNanos, 1), spansOutside: 0 };
  if (answer.extentNanos < FAR || count < 2) return all;

  const inOrder = Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => (spans.start[a] ?? 0) - (spans.start[b] ?? 0),
  );
  const groups: Group[] = [];
  for (const index of inOrder) {
    const from = spans.start[index] ?? 0;
    const to = from + Math.min(Math.max(0, spans.duration[index] ?? 0), FAR);
    const last = groups.at(-1);
    if (last === undefined || from - last.to > gapAllowed(last)) groups.push({ from, to, spans: 1 });
    else groups.splice(-1, 1, { from: last.from, to: Math.max(last.to, to), spans: last.spans + 1 });
  }
  const best = groups.reduce((best, group) => (group.spans > best.spans ? group : best));
  if (best.spans === count && best.to - best.from > answer.extentNanos / WORTH) return all;
  return { from: best.from, to: Math.max(best.to, best.from + 1), spansOutside: count - best.spans };
}

interface Group extends TimeWindow {
  readonly spans: number;
}

const MINUTE = 60e9;
/** Shorter traces are shown whole: queues make people wait for minutes. */
const FAR = 60 * MINUTE;
const WORTH = 1000;

/** A pause that is short beside what came before it belongs to the trace. */
function gapAllowed({ from, to }: TimeWindow): number {
  return Math.max(10 * MINUTE, 100 * (to - from));
}
