import type { LogLine } from './log-line.ts';

/** A span as its log lines know it. */
export interface LogSpan {
  parentId: string | undefined;
  /** Which process wrote the lines, and by which clock: one host has one. */
  readonly process: string;
  readonly clock: string;
  /** Of its lines; 0 when none has a time. */
  firstTime: bigint;
  /** Its parent if that wrote lines, or else the root of the trace if that is known. */
  above: LogSpan | undefined;
  /** How many spans are above it. */
  depth: number;
}

/** The spans that wrote lines, by id, each below the one that caused it. Takes any ids, loops among them. */
export function logSpans(lines: readonly LogLine[]): ReadonlyMap<string, LogSpan> {
  const spans = new Map<string, LogSpan>();
  for (const line of lines) {
    if (line.spanId === undefined) continue;
    const span = spans.get(line.spanId);
    if (span === undefined) spans.set(line.spanId, createSpan(line));
    else addLine(span, line);
  }
  const root = rootOf([...spans.values()]);
  for (const span of spans.values()) {
    if (span !== root) span.above = spans.get(span.parentId ?? '') ?? (span.parentId === undefined ? undefined : root);
  }
  for (const span of spans.values()) setDepth(span);
  return spans;
}

/** Which clock the time of a line is of: that of its host, or of its service if it names none. */
export function clockOf({ host, service }: LogLine): string {
  return host ?? service ?? '';
}

export function processOf({ host, service }: LogLine): string {
  return `${host ?? ''} ${service ?? ''}`;
}

function createSpan(line: LogLine): LogSpan {
  return {
    parentId: line.parentId,
    process: processOf(line),
    clock: clockOf(line),
    firstTime: line.timeUnixNano,
    above: undefined,
    depth: -1,
  };
}

function addLine(span: LogSpan, { parentId, timeUnixNano: time }: LogLine): void {
  span.parentId ??= parentId;
  if (time !== 0n && (span.firstTime === 0n || time < span.firstTime)) span.firstTime = time;
}

/** The one span without a parent, where the logger writes parents at all: everything in the trace is below it. */
function rootOf(spans: readonly LogSpan[]): LogSpan | undefined {
  const roots = spans.filter(({ parentId }) => parentId === undefined);
  return roots.length === 1 && spans.length > 1 ? roots[0] : undefined;
}

function setDepth(span: LogSpan): void {
  const path: LogSpan[] = [];
  let top: LogSpan | undefined = span;
  for (; top !== undefined && top.depth === -1; top = top.above) {
    top.depth = -2; // on the path
    path.push(top);
  }
  const last = path.at(-1);
  if (top?.depth === -2 && last !== undefined) last.above = undefined; // its own ancestor
  for (const each of path.toReversed()) each.depth = each.above === undefined ? 0 : each.above.depth + 1;
}
