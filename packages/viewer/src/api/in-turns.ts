import { setImmediate as nextTurn } from 'node:timers/promises';

const SLICE_MILLIS = 10;

/**
 * Runs work that takes long in slices of 10 ms, between which everything else has its turn: telemetry that comes in, and
 * other requests. Gives up when `signal` says that nobody waits for it any more.
 */
export async function inTurns<T>(work: Generator<undefined, T>, signal: AbortSignal): Promise<T> {
  let sliceEnd = performance.now() + SLICE_MILLIS;
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    signal.throwIfAborted();
    sliceEnd = performance.now() + SLICE_MILLIS;
  }
}
