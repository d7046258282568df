import { guard, reportLoss } from '@clew/diagnostics';

import { createHeldQueue, type HeldQueue, type HeldSink } from './held-queue.ts';

/** What became of the log lines and records that were held; each is in one of these numbers. */
export interface HeldCounts {
  /** Wait for the verdict. */
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly released: number;
  /** There was no reason to keep their trace. */
  readonly discarded: number;
  /** Had to make room before the verdict. */
  readonly lost: number;
}

/**
 * Who decides which traces are kept tells it here. With `@clew/sdk` an error in a trace keeps it; a tail sampling
 * policy may decide by anything.
 */
export interface TraceVerdicts {
  /** From now on somebody judges. Until then nothing is held: it would wait for ever. */
  judge(): void;
  /** A local root of the trace has started in this process. */
  begin(traceId: string): void;
  /** Releases what is held of the trace, in order; what is logged in it from now on is written at once. */
  keep(traceId: string): void;
  /** A local root of the trace has ended. After the last one, what is held of a trace that is not kept is discarded. */
  end(traceId: string): void;
  /** The process ends: keeps all traces that have begun and not ended, and has what was released written out. */
  keepOpen(): void;
}

/** Log lines and records that wait for the verdict on their trace. */
export interface HeldLogs extends TraceVerdicts {
  /**
   * Holds an item with its trace.
   *
   * @param bytes what it takes in memory, about
   * @returns false where it is to be written now: nobody judges, its trace is kept, or it is larger than what may wait
   */
  hold<Item>(traceId: string, item: Item, bytes: number, sink: HeldSink<Item>): boolean;
  counts(): HeldCounts;
}

/** How much may wait, in bytes. */
export interface HeldLimits {
  readonly perTrace: number;
  readonly total: number;
}

interface HeldTrace {
  /** How many local roots have started and not ended. */
  roots: number;
  isKept: boolean;
  readonly queue: HeldQueue;
}

const DEFAULT_LIMITS: HeldLimits = { perTrace: 64 * 1024, total: 8 * 1024 * 1024 };
const MAX_OPEN = 4096; // a program that forgets to end its spans must not fill the memory
const MAX_REMEMBERED = 1024;

/**
 * Creates a store for held logs. An application has one, which `heldLogs()` returns.
 *
 * What is logged in a trace of which no local root is open, because it is not sampled or has ended, is held too, in
 * case an error is logged in it; it is the first to make room.
 */
// oxlint-disable-next-line max-lines-per-function -- its functions close over one store; none is long
export function createHeldLogs(limits: HeldLimits = DEFAULT_LIMITS): HeldLogs {
  const open = new Map<string, HeldTrace>();
  /** Open traces of which something is held, in the order in which that began. */
  const holding = new Set<HeldTrace>();
  const strays = new Map<string, HeldTrace>();
  /** Traces that were kept and have ended: something may still be logged in them. */
  const remembered = new Set<string>();
  const totals = { released: 0, discarded: 0, lost: 0 };
  let waiting = 0;
  let waitingBytes = 0;
  let isJudged = false;
  let isReleasing = false;

  function take({ queue }: HeldTrace) {
    const held = queue.shift();
    if (held === undefined) return undefined;
    waiting -= 1;
    waitingBytes -= held.bytes;
    return held;
  }

  /** @returns the sinks that got something */
  function release(trace: HeldTrace): Set<HeldSink<unknown>> {
    const sinks = new Set<HeldSink<unknown>>();
    const isNested = isReleasing;
    isReleasing = true; // what a sink logs, or writes through another holder, is not held again
    for (let held = take(trace); held !== undefined; held = take(trace)) {
      const { sink, item } = held;
      guard('releasing a held log line', undefined, () => sink.release(item));
      sinks.add(sink);
      totals.released += 1;
    }
    isReleasing = isNested;
    holding.delete(trace);
    return sinks;
  }

  function discard(trace: HeldTrace): void {
    totals.discarded += trace.queue.count();
    while (take(trace) !== undefined);
    holding.delete(trace);
  }

  /** Lets the oldest of a trace go; of an open one it might have been released. */
  function drop(trace: HeldTrace): void {
    take(trace);
    totals[trace.roots > 0 ? 'lost' : 'discarded'] += 1;
    if (trace.roots > 0) reportLoss('held logs', 1, (count) => tellLoss(count, limits));
  }

  function makeRoom(): void {
    while (waitingBytes > limits.total) {
      const [stray] = strays;
      if (stray !== undefined) {
        discard(stray[1]);
        strays.delete(stray[0]);
        continue;
      }
      const [oldest] = holding;
      if (oldest === undefined) return;
      drop(oldest);
      if (oldest.queue.count() === 0) holding.delete(oldest);
    }
  }

  /** Ends an open trace. */
  function close(traceId: string, trace: HeldTrace): void {
    open.delete(traceId);
    if (trace.isKept) remember(traceId);
    else discard(trace);
  }

  function keep(traceId: string): Set<HeldSink<unknown>> {
    const trace = open.get(traceId);
    if (trace !== undefined) {
      trace.isKept = true;
      return release(trace);
    }
    remember(traceId);
    const stray = strays.get(traceId);
    strays.delete(traceId);
    return stray === undefined ? new Set() : release(stray);
  }

  function remember(traceId: string): void {
    remembered.add(traceId);
    const [oldest] = remembered.size > MAX_REMEMBERED ? remembered : [];
    if (oldest !== undefined) remembered.delete(oldest);
  }

  return {
    judge: () => void (isJudged = true),
    begin(traceId) {
      const known = open.get(traceId);
      if (known !== undefined) {
        known.roots += 1;
        return;
      }
      const trace = strays.get(traceId) ?? createTrace();
      strays.delete(traceId);
      trace.isKept = remembered.delete(traceId);
      trace.roots = 1;
      open.set(traceId, trace);
      if (trace.queue.count() > 0) holding.add(trace);
      const [oldest] = open.size > MAX_OPEN ? open : [];
      if (oldest !== undefined) close(...oldest);
    },
    hold(traceId, item, bytes, sink) {
      if (!isJudged || isReleasing || bytes > limits.perTrace || remembered.has(traceId)) return false;
      const trace = open.get(traceId) ?? strays.get(traceId) ?? createTrace();
      if (trace.isKept) return false;
      trace.queue.push(item, bytes, sink);
      waiting += 1;
      waitingBytes += bytes;
      if (trace.roots > 0) holding.add(trace);
      else strays.set(traceId, trace);
      while (trace.queue.bytes() > limits.perTrace) drop(trace);
      makeRoom();
      return true;
    },
    keep(traceId) {
      if (isJudged) keep(traceId);
    },
    end(traceId) {
      const trace = open.get(traceId);
      if (trace === undefined || (trace.roots -= 1) > 0) return;
      close(traceId, trace);
    },
    keepOpen() {
      const sinks = new Set([...open.keys()].flatMap((traceId) => [...keep(traceId)]));
      for (const sink of sinks) guard('flushing held log lines', undefined, () => sink.flush?.());
    },
    counts: () => ({ waiting, waitingBytes, ...totals }),
  };
}

function createTrace(): HeldTrace {
  return { roots: 0, isKept: false, queue: createHeldQueue() };
}

function tellLoss(count: number, { perTrace, total }: HeldLimits): string {
  const bounds = `${perTrace} bytes of one trace or ${total} of all`;
  return `${count} held log ${count === 1 ? 'line was' : 'lines were'} dropped before the verdict on their trace: more than ${bounds} were waiting`;
}
