import type { Gate } from './pacer.ts';

/** Milliseconds. */
const SLOT = 100;

/** The time after which the next slot begins. */
export const millisToNextSlot = (now: number): number => SLOT - (((now % SLOT) + SLOT) % SLOT);

/**
 * Lets as many spans out in each tenth of a second as the budget has for it. What is not used is gone; what was forced is
 * taken off the slots that follow.
 *
 * ```
 *   cell:  number of the slot (32 bits) · spans that have left in it (32 bits)
 * ```
 *
 * @param cell one number, which all threads of the process may share
 * @param spansPerSecond of all of them
 * @param now milliseconds, on a clock that all of them have
 */
export function createSlotGate(cell: BigInt64Array, spansPerSecond: () => number, now: () => number): Gate {
  let debt = 0;
  /** The slot in which there was no room when last asked: what others force out of it makes none. */
  let fullSlot = -1;
  let fullAt = 0;

  /** Room of the slots from one up to another: fractions of a span add up from slot to slot. */
  function roomOf(slot: number, end = slot + 1): number {
    const perSlot = (spansPerSecond() * SLOT) / 1000;
    return Math.floor(end * perSlot) - Math.floor(slot * perSlot);
  }

  /** Pays the debt by the slots since the latest in which any thread had a use for its room. */
  function payByIdle(): void {
    if (debt <= 0) return;
    const next = slotOf(Atomics.load(cell, 0)) + 1;
    const slot = slotAt(now());
    if (slot > next) debt = Math.max(0, debt - roomOf(next, slot));
  }

  /** Adds what `wanted` says of the room that is left; returns that number. */
  function use(wanted: (left: number) => number): number {
    for (;;) {
      const before = Atomics.load(cell, 0);
      const slot = slotAt(now());
      const isSame = slotOf(before) === slot;
      const used = isSame ? usedIn(before) : 0;
      const room = roomOf(slot);
      const count = wanted(Math.max(0, room - used));
      if (room <= used + count) [fullSlot, fullAt] = [slot, room];
      const after = cellOf(slot, used + count);
      if (after === before || Atomics.compareExchange(cell, 0, before, after) === before) return count;
    }
  }

  /** Most often asked for each trace that has ended, and then there is nothing to be done before the next slot. */
  function isFull(): boolean {
    if (fullSlot < 0) return false;
    const slot = slotAt(now());
    if (slot === fullSlot && roomOf(slot) <= fullAt) return true;
    fullSlot = -1;
    return false;
  }

  return {
    take(spans) {
      if (isFull()) return 0;
      payByIdle();
      if (debt > 0) debt -= use((left) => Math.min(left, debt));
      return debt > 0 ? 0 : use((left) => Math.min(left, spans));
    },
    force(spans) {
      payByIdle();
      debt += spans - use((left) => Math.min(left, spans));
    },
  };
}

const MAX_USED = 2 ** 31 - 1;
const slotAt = (millis: number): number => Math.floor(millis / SLOT) & MAX_USED;
const slotOf = (cell: bigint): number => Number(cell >> 32n);
const usedIn = (cell: bigint): number => Number(cell & 0xffffffffn);
const cellOf = (slot: number, used: number): bigint => (BigInt(slot) << 32n) | BigInt(Math.min(used, MAX_USED));
