import type { LogLine } from './log-line.ts';
import { clockOf, type LogSpan, logSpans, processOf } from './log-spans.ts';

/**
 * Basis for the order of lines: `causal` when all spans that wrote lines are known to be below one of them,
 * `partly causal` when some are, `time` when none is, `input` when the lines have no times.
 */
export type LogOrder = 'causal' | 'partly causal' | 'time' | 'input';

export interface OrderedLogLine {
  readonly line: LogLine;
  /** How many spans that wrote lines are above the one of this line, as far as that is known. */
  readonly depth: number;
}

interface Entry extends OrderedLogLine {
  readonly time: bigint;
  /** How far below the root its process comes in. */
  readonly level: number;
}

/**
 * Puts the lines of a trace in order: by time, but where clocks differ no host's first line comes before the first line
 * of the span that caused it: its clock is taken to be slow by that much, for all of its lines. Of lines of the same
 * time the caller's come first; lines of one process stay as they came. A line without a time follows the one before it.
 */
export function orderLogLines(lines: readonly LogLine[]): { order: LogOrder; lines: readonly OrderedLogLine[] } {
  const spansById = logSpans(lines);
  const spans = [...spansById.values()].toSorted((a, b) => a.depth - b.depth);
  const depthOf = ({ spanId }: LogLine) => spansById.get(spanId ?? '')?.depth ?? 0;
  if (lines.every(({ timeUnixNano }) => timeUnixNano === 0n)) {
    return { order: 'input', lines: lines.map((line) => ({ line, depth: depthOf(line) })) };
  }

  const delays = clockDelays(spans);
  const levels = processLevels(spans);
  let time = 0n;
  const entries = lines.map((line): Entry => {
    if (line.timeUnixNano !== 0n) time = line.timeUnixNano + (delays.get(clockOf(line)) ?? 0n);
    return { line, depth: depthOf(line), time, level: levels.get(processOf(line)) ?? 0 };
  });
  entries.sort(byTime);
  return { order: orderOf(lines, spans), lines: entries.map(({ line, depth }) => ({ line, depth })) };
}

function byTime(a: Entry, b: Entry): number {
  if (a.time === b.time) return a.level - b.level;
  return a.time < b.time ? -1 : 1;
}

/** How slow the clock of each host is at least, in nanoseconds, seen from the host where the trace began. */
function clockDelays(spans: readonly LogSpan[]): ReadonlyMap<string, bigint> {
  const byClock = new Map<string, LogSpan[]>();
  for (const span of spans) {
    const ofClock = byClock.get(span.clock);
    if (ofClock === undefined) byClock.set(span.clock, [span]);
    else ofClock.push(span);
  }
  const delays = new Map<string, bigint>();
  for (const [clock, ofClock] of byClock) {
    let delay = 0n;
    for (const { above, firstTime } of ofClock) {
      const known = above && delays.get(above.clock);
      if (above === undefined || known === undefined || firstTime === 0n || above.firstTime === 0n) continue;
      const missing = above.firstTime + known - firstTime + 1n; // one later: it comes after, not beside
      if (missing > delay) delay = missing;
    }
    delays.set(clock, delay);
  }
  return delays;
}

function processLevels(spans: readonly LogSpan[]): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  for (const { process, depth } of spans) if (!levels.has(process)) levels.set(process, depth); // the least comes first
  return levels;
}

function orderOf(lines: readonly LogLine[], spans: readonly LogSpan[]): LogOrder {
  const below = spans.filter(({ above }) => above !== undefined).length;
  if (below === 0) return 'time';
  const isWhole = below === spans.length - 1 && lines.every(({ spanId }) => spanId !== undefined);
  return isWhole ? 'causal' : 'partly causal';
}
