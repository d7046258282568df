// Recorded spans, started and ended anew in the order of their times, through the sampler and the trace table of the
// product: one of each for a process, as it would be. The clock is that of the file.

import {
  type LimitEvent,
  otIn,
  type PolicyEngine,
  type StartParent,
  type TraceTable,
  withoutThreshold,
} from '@clew/sampling/internal';
import type { Policy } from '@clew/sampling/policy';

import type { RecordedSpan } from './recorded-span.ts';
import type { RecordedProcess, Recording } from './recording.ts';
import { createReplayedProcess, NOBODY, type ReplayedProcess, type TracePart } from './replayed-process.ts';

/** Outcome of a recording under a policy. The spans say by themselves which of them were kept. */
export interface Replayed {
  readonly parts: readonly TracePart[];
  /** How often the limits of the policy have decided. */
  readonly limits: Readonly<Record<LimitEvent, number>>;
  /** Spans that were not held, of traces that were kept. */
  readonly leftOut: number;
  /** Local roots with a caller that is not in the file. */
  readonly unknownCallers: number;
}

/** Takes part in a replay. */
export interface ReplayObserver {
  /** Told when the tail rules are asked about a part; its spans that have ended so far can be looked at. */
  onJudged?(part: TracePart, engine: PolicyEngine): void;
  /** Told when the table decides about a part; its spans that have ended so far can be looked at. */
  onVerdict?(part: TracePart, engine: PolicyEngine): void;
}

/** @param observer must not change anything */
export function replay(recording: Recording, policy: Policy, observer: ReplayObserver = {}): Replayed {
  const clock = { now: 0 };
  const run = createRun(recording, policy, clock, observer);
  const starts = recording.spans.toSorted((a, b) => a.start - b.start || a.depth - b.depth);
  const ends = recording.spans.toSorted((a, b) => a.end - b.end || b.depth - a.depth);
  let next = 0;
  for (const span of ends) {
    for (let begun = starts[next]; begun !== undefined && begun.start <= span.end; begun = starts[++next]) {
      advance(run.tables, clock, begun.start);
      run.start(begun);
    }
    advance(run.tables, clock, span.end);
    run.end(span);
  }
  // The process goes on: a table that is told to decide at once also has all leave at once, whatever the budget.
  advance(run.tables, clock, clock.now + policy.limits.linger + LONGEST_WAIT, MAX_LAST_TICKS);
  for (const table of run.tables) table.decideAll();
  return run.result();
}

/** Milliseconds in which a budget has decided about all, and all that is kept has left: two of the longest windows, and more. */
const LONGEST_WAIT = 15 * 60_000;
const MAX_LAST_TICKS = 36_000;
/** Milliseconds between two ticks, as the timer of the product has them where much is going on. */
const TICK = 25;
/** Ticks between two spans. A clock that was wrong for years leaves a gap that nobody waits for. */
const MAX_TICKS = 10_000;

/** Does what is due until a time. */
function advance(tables: readonly TraceTable[], clock: { now: number }, to: number, maxTicks = MAX_TICKS): void {
  if (Math.floor(to / TICK) === Math.floor(clock.now / TICK)) {
    clock.now = to;
    return;
  }
  for (let ticks = 0; ticks < maxTicks; ticks++) {
    const due = Math.min(...tables.map((table) => table.nextDue() ?? Infinity));
    if (!(due < to)) break;
    clock.now = Math.min(to, Math.max(due, clock.now + TICK));
    for (const table of tables) table.tick();
  }
  clock.now = to;
  for (const table of tables) table.tick();
}

interface Run {
  readonly tables: readonly TraceTable[];
  start(span: RecordedSpan): void;
  end(span: RecordedSpan): void;
  result(): Replayed;
}

function createRun(recording: Recording, policy: Policy, clock: { now: number }, observer: ReplayObserver): Run {
  const limits = { age: 0, spans: 0, room: 0, owed: 0 };
  const counts = { leftOut: 0, unknownCallers: 0 };
  const processes = recording.processes.map((process) =>
    createReplayedProcess(process, policy, clock, {
      onLimit: (limit) => void (limits[limit] += 1),
      onLeftOut: (count) => void (counts.leftOut += count),
      onJudged: (part, engine) => observer.onJudged?.(part, engine),
      onVerdict: (part, engine) => observer.onVerdict?.(part, engine),
    }),
  );
  const of = ({ process }: { readonly process: RecordedProcess }) => processes[process.index] as ReplayedProcess;

  function parentOf(span: RecordedSpan): StartParent | undefined {
    const { traceId, parent, parentSpanId } = span;
    if (parentSpanId === undefined) return chosenRandomness(span);
    if (parent === undefined) {
      counts.unknownCallers += 1;
      const traceFlags = span.wasSampled ? 1 : 0;
      return { traceId, spanId: parentSpanId, traceFlags, traceState: span.recordedState, isRemote: true };
    }
    const { traceFlags, traceState } = parent;
    if (!span.isParentRemote) return { traceId, spanId: parentSpanId, traceFlags, traceState, isRemote: false };
    const caller = of(parent);
    const isPromoted = traceFlags === 0 && caller.table.isPromoted(traceId);
    caller.told(traceId);
    return {
      traceId,
      spanId: parentSpanId,
      traceFlags: isPromoted ? 1 : traceFlags,
      traceState: isPromoted ? withoutThreshold(traceState) : traceState,
      isRemote: true,
    };
  }

  return {
    tables: processes.map(({ table }) => table),
    start(span) {
      of(span).start(span, parentOf(span));
    },
    end: (span) => of(span).end(span),
    result: () => ({ parts: processes.flatMap((process) => [...process.parts]), limits, ...counts }),
  };
}

/** A root that was recorded with a randomness of its own has it again. */
function chosenRandomness({ recordedState }: RecordedSpan): StartParent | undefined {
  const randomness = otIn(recordedState)?.randomness;
  return randomness === undefined ? undefined : { ...NOBODY, traceState: `ot=rv:${randomness}` };
}
