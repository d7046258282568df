import { SLOT_BYTES, type Arena, type SlotOwner, type SlotRun } from './arena.ts';
import { firstBlockOf, LINK, NOTHING, slotOf, USABLE_BLOCKS, wordsOf } from './block-layout.ts';

/**
 * The slots of one thread and the free blocks in them, in a list for each slot. Blocks are taken from one slot until it has
 * none left. A slot of which no block was needed for a while goes back to the arena.
 */
export interface FreeBlocks {
  /** Makes sure that so many blocks are free. Returns false when the arena has no more slots. */
  reserve(count: number): boolean;
  /** Takes one of the blocks that were reserved. */
  take(): number;
  /** Frees a chain of so many blocks. */
  release(first: number, count: number): void;
  /** False once another thread has adopted the slots, or they are closed: nothing may be written in them any more. */
  isOwn(): boolean;
  /** Gives all slots back to the arena, whatever is in them. */
  close(): void;
}

/** Calls after which those slots are given back in which nothing was all the time, but for some. */
const CALLS_PER_ROUND = 4096;
const SPARE_SLOTS = 2;

// oxlint-disable-next-line max-lines-per-function -- its functions close over one set of lists; none is long
export function createFreeBlocks(arena: Arena, words: Int32Array, owner: SlotOwner): FreeBlocks {
  const slots = arena.maxBytes / SLOT_BYTES;
  const runs: (SlotRun | undefined)[] = Array.from({ length: slots }, () => undefined);
  /** First free block of each slot; the words of a free block link to the next. */
  const heads = new Int32Array(slots + 1);
  /** Free blocks of each slot. */
  const counts = new Int32Array(slots + 1);
  /** Slots with some free blocks, and notes on which are there. One that is used up meanwhile, or idle, is passed over. */
  const open: number[] = [];
  const isListed = new Uint8Array(slots + 1);
  /** Slots of which all blocks are free, the last ones used next. The current and the first one are never among them. */
  const idle: number[] = [];
  /** The fewest that were idle in this round: so many at the start of the list were so all the time. */
  let leastIdle = 0;
  let calls = 0;
  let current = slots; // one more than there are, with no free block
  /** The first slot: it is kept, and whoever adopts it has all of them. */
  let root: SlotRun | undefined;
  let free = 0;
  let isClosed = false;

  const slotIn = (run: SlotRun) => run.bytes.byteOffset / SLOT_BYTES;
  const isOwn = () => !isClosed && (root === undefined || root.isOwn());

  function grow(): boolean {
    const run = arena.take(SLOT_BYTES, owner);
    if (run === undefined) return false;
    const slot = slotIn(run);
    const first = firstBlockOf(slot);
    for (let block = first; block < first + USABLE_BLOCKS; block++) {
      words[wordsOf(block)] = NOTHING;
      words[wordsOf(block) + LINK] = block + 1; // of the last one nobody asks
    }
    run.setUsed(SLOT_BYTES); // last: before, there may be what an earlier owner left
    root ??= run;
    runs[slot] = run;
    heads[slot] = first;
    counts[slot] = USABLE_BLOCKS;
    free += USABLE_BLOCKS;
    if (run === root) list(slot);
    else idle.push(slot);
    return true;
  }

  function list(slot: number): void {
    if (isListed[slot] !== 0) return;
    isListed[slot] = 1;
    open.push(slot);
  }

  function nextSlot(): number {
    for (let slot = open.pop(); slot !== undefined; slot = open.pop()) {
      isListed[slot] = 0;
      if (counts[slot] !== 0 && !isIdle(slot)) return slot;
    }
    const slot = idle.pop() as number; // there is one, for a block was reserved
    leastIdle = Math.min(leastIdle, idle.length);
    return slot;
  }

  const isIdle = (slot: number) => counts[slot] === USABLE_BLOCKS && runs[slot] !== root;

  function addFree(slot: number, count: number): void {
    counts[slot] = (counts[slot] as number) + count;
    free += count;
    if (slot === current) return;
    if (isIdle(slot)) idle.push(slot);
    else list(slot);
  }

  /** Before blocks are freed, not afterwards: what was in them may be read until the next call. */
  function noteCall(): void {
    calls += 1;
    if (calls < CALLS_PER_ROUND) return;
    shrink(0, Math.max(0, leastIdle - SPARE_SLOTS));
    calls = 0;
    leastIdle = idle.length;
  }

  /** Gives idle slots back to the arena. */
  function shrink(start: number, count: number): void {
    if (!isOwn()) return;
    for (const slot of idle.splice(start, count)) {
      runs[slot]?.free();
      runs[slot] = undefined;
      counts[slot] = 0;
      free -= USABLE_BLOCKS;
    }
  }

  return {
    reserve(count) {
      noteCall();
      const before = idle.length;
      while (free < count) {
        if (grow()) continue;
        shrink(before, idle.length - before); // others may have use for what does not suffice here
        return false;
      }
      return true;
    },
    take() {
      if (counts[current] === 0) current = nextSlot();
      const block = heads[current] as number;
      heads[current] = words[wordsOf(block) + LINK] as number;
      counts[current] = (counts[current] as number) - 1;
      free -= 1;
      return block;
    },
    release(first, count) {
      noteCall();
      let start = first;
      for (let left = count; left > 0;) {
        // The part of the chain that is in one slot goes to its list as it is: in this order it was written fastest.
        const slot = slotOf(start);
        let last = start;
        let next = words[wordsOf(last) + LINK] as number;
        let length = 1;
        for (; length < left && slotOf(next) === slot; length++) {
          last = next;
          next = words[wordsOf(last) + LINK] as number;
        }
        words[wordsOf(last) + LINK] = heads[slot] as number;
        heads[slot] = start;
        addFree(slot, length);
        start = next;
        left -= length;
      }
    },
    isOwn,
    close() {
      if (!isOwn()) return;
      for (const run of runs) if (run !== root) run?.free();
      root?.free();
      isClosed = true;
    },
  };
}
