import type { CriticalSegment } from '../api/answers.ts';
import { SPAN_KIND, type SpanRecord } from '../span-record.ts';
import { traceExtent } from '../trace.ts';
import type { SpanTable } from './span-table.ts';

/**
 * Critical path of a request, by timing: it walks back from the end of the span in row `root`; where a child was the last
 * to end, it goes on in that child, and from the child's start with the sibling that had ended by then. What is left
 * is the time of the span itself. Children that outlive their parent are cut to it where the parent waits for them;
 * those that end after the root, and consumers that outlive whoever sent to them, are nothing that it waited for. Times
 * that overlap by less than a millisecond follow each other: many SDKs start spans in whole milliseconds.
 *
 * @returns segments that follow each other without a gap from the start of the root to its end, the earliest first
 */
export function criticalPath(table: SpanTable, root: number): CriticalSegment[] {
  const times = timesOf(table);
  const children = childrenByEnd(table, times.ends);
  const waitsFor = (row: number, end: number) => isWaitedFor(table, times, row, { root, end });
  const segments: CriticalSegment[] = [];
  const emit = (span: number, from: number, to: number) => void (from < to && segments.push({ span, from, to }));

  const open = [frameOf(root, times.starts[root] ?? 0, times.ends[root] ?? 0)];
  for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
    const row = children.rows[(children.from[frame.row] ?? 0) + frame.child] ?? -1;
    if (frame.child >= children.count(frame.row)) {
      emit(frame.row, frame.start, frame.cursor);
      open.pop();
      continue;
    }
    frame.child += 1;
    const start = Math.max(times.starts[row] ?? 0, frame.start);
    const reached = Math.min(times.ends[row] ?? 0, frame.end);
    const end = Math.min(reached, frame.cursor);
    if (reached > frame.cursor + ROUNDING_NANOS || start >= end || !waitsFor(row, frame.end)) continue;
    emit(frame.row, end, frame.cursor);
    frame.cursor = start;
    open.push(frameOf(row, start, end));
  }
  return segments.toReversed();
}

/** A start in whole milliseconds is early by up to one, and so is the end, which is the start and an exact duration. */
const ROUNDING_NANOS = 1e6;

/** A span on the way from the root, looked at from its end to its start. */
interface Frame {
  readonly row: number;
  /** The part of the span that lies within all spans above it. */
  readonly start: number;
  readonly end: number;
  /** All that comes after it has been told. */
  cursor: number;
  /** Number of its children that were looked at. */
  child: number;
}

function frameOf(row: number, start: number, end: number): Frame {
  return { row, start, end, cursor: end, child: 0 };
}

interface Times {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Nanoseconds after the start of the trace. A span that names no start takes no time. */
function timesOf({ spans }: SpanTable): Times {
  const { start } = traceExtent({ spans });
  const after = (time: bigint, span: SpanRecord) => (span.startTimeUnixNano === 0n ? 0 : Number(time - start));
  return {
    starts: spans.map((span) => after(span.startTimeUnixNano, span)),
    ends: spans.map((span) => after(span.endTimeUnixNano, span)),
  };
}

/** The children of all rows in one list, those of a row together and the last to end first. */
function childrenByEnd({ parents }: SpanTable, ends: readonly number[]) {
  const from = new Uint32Array(parents.length + 1);
  for (const parent of parents) if (parent >= 0) from[parent + 1] = (from[parent + 1] ?? 0) + 1;
  for (let row = 1; row < from.length; row++) from[row] = (from[row] ?? 0) + (from[row - 1] ?? 0);

  const byEnd = Uint32Array.from(parents.keys()).sort((a, b) => (ends[b] ?? 0) - (ends[a] ?? 0));
  const rows = new Uint32Array(parents.length);
  const next = from.slice();
  for (const row of byEnd) {
    const parent = parents[row] ?? -1;
    if (parent < 0) continue;
    const place = next[parent] ?? 0;
    rows[place] = row;
    next[parent] = place + 1;
  }
  return { rows, from, count: (row: number): number => (from[row + 1] ?? 0) - (from[row] ?? 0) };
}

/** @param above the root, and the end of the parent as far as it counts */
function isWaitedFor(
  { spans, parents }: SpanTable,
  { ends }: Times,
  row: number,
  above: { readonly root: number; readonly end: number },
): boolean {
  const end = ends[row] ?? 0;
  if (end <= above.end + ROUNDING_NANOS) return true;
  const kind = spans[row]?.kind;
  // A client waits for its server; where that ends later, its clock is another, or it goes on after its answer.
  if (kind === SPAN_KIND.server) return spans[parents[row] ?? -1]?.kind === SPAN_KIND.client;
  return kind !== SPAN_KIND.consumer && end <= (ends[above.root] ?? 0);
}
