import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';

import type { BudgetSharing } from '@clew/sampling/internal';

import { watchWorkerEnds } from '../outbox/worker-ends.ts';
import { timers } from '../otel/timers.ts';

/**
 * The budget of a process that its threads share. Each says how much it would export, and gets a part by that; what leaves
 * is counted in one place, so that all together never export more than the budget.
 *
 * ```
 *   bytes 0 to 7      the slot of the gate
 *   then for each thread, 16 bytes:  its id + 1, 0 for none · second of its last turn · spans a second that it would export
 * ```
 */
interface SharedBudget extends BudgetSharing {
  /** Gives the part of a thread up, so that the others get it. */
  free(thread: number): void;
}

/** The budget that this thread has opened. */
export interface OpenedBudget {
  readonly sharing: BudgetSharing;
  close(): void;
}

const KEY = 'clew.budget';
/** Bytes. */
const CELL = 8;
const MAX_THREADS = 128;
const FIELDS = 4;
const THREAD = 0;
const SECOND_OF_TURN = 1;
const DEMAND = 2;
/** Seconds after which a thread that says nothing has no part. */
const SILENT = 5;
/** Part of all demand that a thread is taken to have at least: it may have more in a moment. */
const LEAST = 0.02;
const MAX_DEMAND = 2 ** 30;
/** Part of the latest second in the demand. */
const WEIGHT = 0.3;

/** Opens the budget that the parent thread has opened, or one of its own. */
export function openSharedBudget(): OpenedBudget {
  const given: unknown = getEnvironmentData(KEY);
  const isHost = !(given instanceof SharedArrayBuffer);
  const memory = isHost ? new SharedArrayBuffer(CELL + MAX_THREADS * FIELDS * 4) : given;
  if (isHost) setEnvironmentData(KEY, memory);
  const budget = shareBudget(memory, threadId, timers.now); // the clock of the process
  const stopWatching = watchWorkerEnds(budget.free);
  return {
    sharing: budget,
    close() {
      stopWatching();
      budget.free(threadId);
      if (isHost) setEnvironmentData(KEY, undefined);
    },
  };
}

/**
 * @param memory of all threads
 * @param thread id of this one
 * @param now milliseconds, on a clock that all threads have
 */
export function shareBudget(memory: SharedArrayBuffer, thread: number, now: () => number): SharedBudget {
  const numbers = new Int32Array(memory, CELL);
  const place = takePlace(numbers, thread);
  let reported = 0;
  let demand = 0;
  let share = 1 / threadsIn(numbers); // until it is known what each would export

  const second = () => Math.floor(now() / 1000) | 0;

  function shareNow(): number {
    let others = 0;
    const time = second();
    for (let at = 0; at < numbers.length; at += FIELDS) {
      if (at === place || Atomics.load(numbers, at + THREAD) === 0) continue;
      if (Math.abs(time - Atomics.load(numbers, at + SECOND_OF_TURN)) > SILENT) continue;
      others += Atomics.load(numbers, at + DEMAND);
    }
    const own = Math.max(demand, LEAST * others);
    return others === 0 ? 1 : own / (others + own);
  }

  return {
    cell: new BigInt64Array(memory, 0, 1),
    now,
    share: () => share,
    report: (spans) => void (reported += spans),
    turn() {
      demand += WEIGHT * (reported - demand);
      reported = 0;
      if (place >= 0) {
        Atomics.store(numbers, place + DEMAND, Math.min(MAX_DEMAND, Math.ceil(demand)));
        Atomics.store(numbers, place + SECOND_OF_TURN, second());
      }
      share = shareNow();
    },
    free(ended) {
      for (let at = 0; at < numbers.length; at += FIELDS) Atomics.compareExchange(numbers, at + THREAD, ended + 1, 0);
    },
  };
}

function threadsIn(numbers: Int32Array): number {
  let threads = 0;
  for (let at = 0; at < numbers.length; at += FIELDS) if (Atomics.load(numbers, at + THREAD) !== 0) threads += 1;
  return Math.max(1, threads);
}

/** Returns the place of this thread, -1 when there is none left: then it has what the gate lets out. */
function takePlace(numbers: Int32Array, thread: number): number {
  for (let at = 0; at < numbers.length; at += FIELDS) {
    if (Atomics.compareExchange(numbers, at + THREAD, 0, thread + 1) === 0) {
      Atomics.store(numbers, at + DEMAND, 0);
      return at;
    }
  }
  return -1;
}
