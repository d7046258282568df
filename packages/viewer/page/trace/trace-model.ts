import type { CriticalSegment, LogLine, SpanColumns, SpanNote, TraceAnswer, TraceLink } from '../../src/api/answers.ts';

/** A trace as the page looks at it: the answer of the API, and what follows from it for each span, by its index. */
export interface TraceModel {
  readonly answer: TraceAnswer;
  readonly spans: SpanColumns;
  readonly count: number;
  /** Index after the last span below a span. */
  readonly subtreeEnd: Int32Array;
  /** Errors below a span, its own not among them. */
  readonly errorsBelow: Int32Array;
  readonly segments: ReadonlyMap<number, readonly CriticalSegment[]>;
  readonly links: ReadonlyMap<number, readonly TraceLink[]>;
  readonly logs: ReadonlyMap<number, readonly LogLine[]>;
  /** Indexes of the spans with an error, in the order of rows. */
  readonly errors: readonly number[];
  /** Index of a span by its id; of the first one where ids collide. */
  indexOf(spanId: string): number | undefined;
}

/** Derives in linear time what the views need; any depth and any number of spans. */
export function buildTraceModel(answer: TraceAnswer): TraceModel {
  const { spans } = answer;
  const count = spans.id.length;
  const indexes = new Map<string, number>();
  for (const [index, id] of spans.id.entries()) if (!indexes.has(id)) indexes.set(id, index);
  const subtreeEnd = subtreeEnds(spans.depth);
  return {
    answer,
    spans,
    count,
    subtreeEnd,
    errorsBelow: sumsBelow(spans.status, subtreeEnd),
    segments: grouped(answer.critical, ({ span }) => span),
    links: grouped(answer.links, ({ span }) => span),
    logs: grouped(answer.logs, ({ spanId }) => indexes.get(spanId)),
    errors: spans.status.flatMap((status, index) => (status === ERROR ? [index] : [])),
    indexOf: (spanId) => indexes.get(spanId),
  };
}

export function nameOf({ answer, spans }: TraceModel, index: number): string {
  return answer.names[spans.name[index] ?? -1] ?? '';
}

export function serviceOf({ answer, spans }: TraceModel, index: number): string {
  return answer.services[spans.service[index] ?? -1] ?? '';
}

export function notesOf({ answer }: TraceModel, index: number): readonly SpanNote[] {
  return answer.notes[index] ?? [];
}

export function isError({ spans }: TraceModel, index: number): boolean {
  return spans.status[index] === ERROR;
}

/** Start and end of a span in nanoseconds after the start of the trace; an end before the start counts as the start. */
export function timesOf({ spans }: TraceModel, index: number): { readonly start: number; readonly end: number } {
  const start = spans.start[index] ?? 0;
  return { start, end: start + Math.max(0, spans.duration[index] ?? 0) };
}

const ERROR = 2;

function subtreeEnds(depths: readonly number[]): Int32Array {
  const ends = new Int32Array(depths.length);
  const open: number[] = [];
  for (const [index, depth] of depths.entries()) {
    for (let last = open.at(-1); last !== undefined && (depths[last] ?? 0) >= depth; last = open.at(-1)) {
      ends[last] = index;
      open.pop();
    }
    open.push(index);
  }
  for (const index of open) ends[index] = depths.length;
  return ends;
}

function sumsBelow(statuses: readonly number[], subtreeEnd: Int32Array): Int32Array {
  const before = new Int32Array(statuses.length + 1);
  for (const [index, status] of statuses.entries()) before[index + 1] = (before[index] ?? 0) + Number(status === ERROR);
  return subtreeEnd.map((end, index) => (before[end] ?? 0) - (before[index + 1] ?? 0));
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => number | undefined): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
