import { guard, reportLoss } from '@clew/diagnostics';
import type { TraceLifetimes, TraceObserver } from '@clew/spans/internal';

import { createHeldQueue, type HeldQueue, type HeldSink } from './held-queue.ts';

/** Counts of the log lines and records that were held; each of them is in one of these numbers. */
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
 * Verdicts on traces, given by a policy: errors keep a trace (`judgeByErrors`), a tail sampling policy decides by
 * anything. What is held is discarded by a verdict only, or makes room for younger items.
 */
export interface TraceVerdicts {
  /**
   * Begins to judge. While nobody does, nothing is held: it would wait for ever.
   *
   * @returns stops judging. When the last one stops, what waits is released.
   */
  judge(): () => void;
  /** Releases what is held of the trace, in order. What is logged in it from now on is written at once. */
  keep(traceId: string): void;
  /** Discards what is held of the trace. A trace that is kept stays kept. */
  drop(traceId: string): void;
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

/**
 * Lines wait from their start to the verdict. That comes with the end of a trace, up to a quarter of a second after it, or
 * when the trace is 30 s old. In 16 MiB there is room for 200 traces of such an age with all that may wait of one, and
 * beside them for 10,000 traces a second of 1 KiB that last a quarter of a second themselves.
 */
const DEFAULT_LIMITS: HeldLimits = { perTrace: 64 * 1024, total: 16 * 1024 * 1024 };
/** Traces that were kept in the last second or so, of which a line may come late. */
const MAX_REMEMBERED = 4096;

/**
 * Creates a store for held logs. An application has one, which `heldLogs()` returns.
 *
 * A trace that has ended waits on until its verdict. What is logged in a trace that is not open, because it is not
 * sampled or has ended, is held too, in case an error is logged in it; it is the first to make room.
 */
// oxlint-disable-next-line max-lines-per-function -- its functions close over one store; none is long
export function createHeldLogs(lifetimes: TraceLifetimes, limits: HeldLimits = DEFAULT_LIMITS): HeldLogs {
  /** Traces on which there will be a verdict, in the order in which something was first held of them. */
  const judged = new Map<string, HeldQueue>();
  /** Traces that were not open when something was logged in them. */
  const strays = new Map<string, HeldQueue>();
  /** Open traces that are kept. */
  const kept = new Set<string>();
  /** Traces that were kept and have ended: something may still be logged in them. */
  const remembered = new Set<string>();
  const totals = { released: 0, discarded: 0, lost: 0 };
  let waiting = 0;
  let waitingBytes = 0;
  let judges = 0;
  let isReleasing = false;
  let unsubscribe = () => {};

  function take(queue: HeldQueue) {
    const held = queue.shift();
    if (held === undefined) return undefined;
    waiting -= 1;
    waitingBytes -= held.bytes;
    return held;
  }

  /** Takes the queue of a trace out. */
  function remove(traceId: string): HeldQueue | undefined {
    const queue = judged.get(traceId) ?? strays.get(traceId);
    judged.delete(traceId);
    strays.delete(traceId);
    return queue;
  }

  /** @param sinks gets those that were given something */
  function release(queue: HeldQueue, sinks?: Set<HeldSink<unknown>>): void {
    const isNested = isReleasing;
    isReleasing = true; // what a sink logs, or writes through another holder, is not held again
    for (let held = take(queue); held !== undefined; held = take(queue)) {
      const { sink, item } = held;
      guard('releasing a held log line', undefined, () => sink.release(item));
      sinks?.add(sink);
      totals.released += 1;
    }
    isReleasing = isNested;
  }

  function count(queue: HeldQueue, as: 'discarded' | 'lost'): number {
    const length = queue.count();
    totals[as] += length;
    while (take(queue) !== undefined);
    return length;
  }

  /** Lets the oldest of a trace go; that of a judged one might have been released. */
  function dropOldest(queue: HeldQueue, isJudged: boolean): void {
    take(queue);
    totals[isJudged ? 'lost' : 'discarded'] += 1;
    if (isJudged) reportLoss('held logs', 1, (lost) => tellLoss(lost, limits));
  }

  function makeRoom(): void {
    while (waitingBytes > limits.total) {
      const [stray] = strays.keys();
      const [oldest] = judged;
      if (stray !== undefined) discard(stray);
      else if (oldest !== undefined) {
        const [traceId, queue] = oldest;
        dropOldest(queue, true);
        if (queue.count() === 0) judged.delete(traceId);
      } else return;
    }
  }

  function discard(traceId: string): void {
    const queue = remove(traceId);
    if (queue !== undefined) count(queue, 'discarded');
  }

  function lose(traceId: string): void {
    const queue = remove(traceId);
    if (queue !== undefined) reportLoss('held logs of open traces', count(queue, 'lost'), tellGivenUp);
  }

  function releaseJudged(): void {
    const sinks = new Set<HeldSink<unknown>>();
    for (const [traceId, queue] of judged) {
      judged.delete(traceId);
      release(queue, sinks);
    }
    for (const sink of sinks) guard('flushing held log lines', undefined, () => sink.flush?.());
  }

  function remember(traceId: string): void {
    remembered.add(traceId);
    const [oldest] = remembered.size > MAX_REMEMBERED ? remembered : [];
    if (oldest !== undefined) remembered.delete(oldest);
  }

  function rootEnded(traceId: string): void {
    if (kept.delete(traceId)) remember(traceId);
  }

  const observer: TraceObserver = {
    rootStarted(traceId) {
      if (remembered.delete(traceId)) kept.add(traceId);
      const stray = strays.get(traceId);
      if (stray === undefined) return;
      strays.delete(traceId);
      judged.set(traceId, stray);
    },
    rootEnded,
    givenUp(traceIds, cause) {
      if (cause === 'end of process') {
        for (const traceId of traceIds) kept.add(traceId);
        releaseJudged();
      } else {
        for (const traceId of traceIds) {
          rootEnded(traceId);
          lose(traceId);
        }
      }
    },
  };

  function stopJudging(): void {
    judges -= 1;
    if (judges > 0) return;
    unsubscribe();
    releaseJudged();
    for (const traceId of strays.keys()) discard(traceId);
    kept.clear();
    remembered.clear();
  }

  return {
    judge() {
      judges += 1;
      if (judges === 1) unsubscribe = lifetimes.subscribe(observer);
      let isStopped = false;
      return () => {
        if (!isStopped) stopJudging();
        isStopped = true;
      };
    },
    hold(traceId, item, bytes, sink) {
      if (judges === 0 || isReleasing || bytes > limits.perTrace) return false;
      if (kept.has(traceId) || remembered.has(traceId)) return false;
      const known = judged.get(traceId) ?? strays.get(traceId);
      const queue = known ?? createHeldQueue();
      if (known === undefined) (lifetimes.isOpen(traceId) ? judged : strays).set(traceId, queue);
      queue.push(item, bytes, sink);
      waiting += 1;
      waitingBytes += bytes;
      while (queue.bytes() > limits.perTrace) dropOldest(queue, judged.has(traceId));
      makeRoom();
      return true;
    },
    keep(traceId) {
      if (judges === 0) return;
      if (lifetimes.isOpen(traceId)) kept.add(traceId);
      else remember(traceId);
      const queue = remove(traceId);
      if (queue !== undefined) release(queue);
    },
    drop: discard,
    counts: () => ({ waiting, waitingBytes, ...totals }),
  };
}

function tellLoss(count: number, { perTrace, total }: HeldLimits): string {
  const bounds = `${perTrace} bytes of one trace or ${total} of all`;
  return `${count} held log ${count === 1 ? 'line was' : 'lines were'} dropped before the verdict on their trace: more than ${bounds} were waiting`;
}

function tellGivenUp(count: number): string {
  return `${count} held log ${count === 1 ? 'line was' : 'lines were'} dropped before the verdict on their trace: more traces were open than are watched at a time`;
}
