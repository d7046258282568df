// The interface between the gates and a sampler, and one run of a workload, on a clock that the workload moves.

import type { TraceSummary, Workload } from './sampling-workload.ts';

/** A sampler that decides when a trace has ended. It works while it is called, and never by itself. */
export interface Contender {
  /** Takes a trace, in the order of ends. The clock says its end. */
  ended(trace: TraceSummary, told: Told): void;
  /** Called each 100 ms, first with 0, and after the last trace until nothing is held. */
  tick(nowMillis: number): void;
  /** Spans that wait here now, decided or not. Asked after each call, so it has to be cheap. */
  held(): number;
  /**
   * Decides about a trace as it begins, for a chain of services. Without it, nothing is told.
   *
   * @param caller what the calling service told; `undefined` where the trace enters
   * @returns what the services are told that this one calls, and what `ended` gets again
   */
  begins?(trace: BeginningTrace, caller: Told | undefined): Told;
  /** Length of the longest window that decided anything so far; 10 without it. */
  readonly windowSeconds?: number;
  /** Traces of a route, or of all, whose count waits for a later trace to carry it. Asked when a run is over. */
  carried?(route?: string): number;
}

export type BeginningTrace = Pick<TraceSummary, 'id' | 'randomness' | 'route' | 'tenant' | 'isProbe'>;

/** The flag and the threshold (as a share of traces that is rejected) that travel on. A flag that was told is a promise. */
export interface Told {
  readonly isSampled: boolean;
  readonly threshold: number | undefined;
}

export const NOTHING_TOLD: Told = Object.freeze({ isSampled: false, threshold: undefined });

/** Where a contender exports to. */
export interface Output {
  /**
   * Exports a trace: once.
   *
   * @param adjustedCount how many traces it stands for, as its `th` says; `undefined` where it has none
   * @param spans how many of its spans leave now; the others follow through `exportedSpans`
   */
  exported(trace: TraceSummary, adjustedCount: number | undefined, atMillis: number, spans?: number): void;
  exportedSpans(trace: TraceSummary, spans: number, atMillis: number): void;
}

/** Makes a contender for one run. */
export type MakeContender = (options: {
  readonly output: Output;
  /** Milliseconds since the run began. */
  readonly now: () => number;
  /** In spans per second. */
  readonly budget: number;
}) => Contender;

/** A run as it went: the spans that left, when, and their counts. */
export interface Run {
  readonly workload: Workload;
  readonly budget: number;
  /** For each trace, by its id: 0 where it was not exported, NaN where it was without a count. */
  readonly counts: Float64Array;
  /** Spans that left, by tenths of a second. */
  readonly slots: readonly number[];
  readonly mostHeld: number;
  readonly windowSeconds: number;
  /** Time that the run took, divided by its spans, probes left out. */
  readonly nanosPerSpan: number;
  /** Answer of `Contender.carried` at the end. */
  carried(route?: string): number;
}

export const SLOT_MILLIS = 100;
const DRAIN_SECONDS = 600;
const DEFAULT_WINDOW_SECONDS = 10;

/** Plays a workload to a contender. */
export function play(workload: Workload, makeContender: MakeContender, budget: number): Run {
  const { traces, seconds } = workload;
  const clock = tickingClock((nowMillis) => {
    contender.tick(nowMillis);
    mostHeld = Math.max(mostHeld, contender.held());
  });
  const ledger = openLedger(traces.length);
  const contender = makeContender({ output: ledger, now: clock.now, budget });
  let mostHeld = 0;
  let spans = 0;

  const start = process.hrtime.bigint();
  for (const trace of traces) {
    clock.moveTo(trace.endedAt);
    contender.ended(trace, NOTHING_TOLD);
    mostHeld = Math.max(mostHeld, contender.held());
    if (!trace.isProbe) spans += trace.spans;
  }
  clock.moveTo(seconds * 1000);
  drain(clock, () => contender.held());
  const nanos = Number(process.hrtime.bigint() - start);
  ledger.close(traces);
  return {
    workload,
    budget,
    counts: ledger.counts,
    slots: ledger.slots,
    mostHeld,
    windowSeconds: contender.windowSeconds ?? DEFAULT_WINDOW_SECONDS,
    nanosPerSpan: nanos / spans,
    carried: (route) => contender.carried?.(route) ?? 0,
  };
}

/** Milliseconds since the run began, which pass when they are told to. */
export interface TickingClock {
  readonly now: () => number;
  moveTo(millis: number): void;
}

/** @param tick called each 100 ms, from 0 on, when the clock shows that time */
export function tickingClock(tick: (nowMillis: number) => void): TickingClock {
  let now = 0;
  let next = 0;
  return {
    now: () => now,
    moveTo(millis) {
      for (; next <= millis; next += SLOT_MILLIS) {
        now = next;
        tick(next);
      }
      now = Math.max(now, millis);
    },
  };
}

/**
 * Lets time pass until nothing is held.
 *
 * @throws when something is held after ten minutes
 */
export function drain(clock: TickingClock, held: () => number): void {
  const end = clock.now() + DRAIN_SECONDS * 1000;
  while (held() > 0) {
    if (clock.now() > end) throw new Error(`still held after ten minutes: ${held()} spans`);
    clock.moveTo(clock.now() + SLOT_MILLIS);
  }
}

export interface Ledger extends Output {
  readonly counts: Float64Array;
  readonly slots: number[];
  /** @throws when spans of an exported trace have not left */
  close(traces: readonly TraceSummary[]): void;
}

/** Writes down the exports. It throws where a contender exports a trace twice, or spans that it does not have. */
export function openLedger(traces: number): Ledger {
  const counts = new Float64Array(traces);
  const left = new Uint32Array(traces);
  const slots: number[] = [];

  function leave({ id, spans }: TraceSummary, leaving: number, atMillis: number): void {
    left[id] = (left[id] ?? 0) + leaving;
    if ((left[id] ?? 0) > spans) throw new Error(`trace ${id} has ${spans} spans, and ${left[id]} left`);
    addToSlot(slots, leaving, atMillis);
  }

  return {
    counts,
    slots,
    exported(trace, adjustedCount, atMillis, spans = trace.spans) {
      if (counts[trace.id] !== 0) throw new Error(`trace ${trace.id} was exported twice`);
      if (adjustedCount !== undefined && !(adjustedCount >= 1)) throw new Error(`a trace counts ${adjustedCount}`);
      counts[trace.id] = adjustedCount ?? Number.NaN;
      leave(trace, spans, atMillis);
    },
    exportedSpans(trace, spans, atMillis) {
      if (counts[trace.id] === 0) throw new Error(`spans of trace ${trace.id} left before it was exported`);
      leave(trace, spans, atMillis);
    },
    close(traces) {
      for (const { id, spans } of traces) {
        if (counts[id] !== 0 && left[id] !== spans)
          throw new Error(`${left[id]} of ${spans} spans of trace ${id} left`);
      }
    },
  };
}

export function addToSlot(slots: number[], spans: number, atMillis: number): void {
  const slot = Math.floor(atMillis / SLOT_MILLIS);
  while (slots.length <= slot) slots.push(0);
  slots[slot] = (slots[slot] ?? 0) + spans;
}
