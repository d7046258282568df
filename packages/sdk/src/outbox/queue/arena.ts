/** Memory that all threads of the process queue in: one shared block of slots, bounded by its size. */
export interface Arena {
  /** Give it to another thread, where `attachArena` makes an arena of it. */
  readonly memory: SharedArrayBuffer;
  readonly maxBytes: number;
  /**
   * Takes adjacent free slots for `bytes` bytes, more than none.
   *
   * @returns undefined when there are none
   */
  take(bytes: number, owner: SlotOwner): SlotRun | undefined;
  /** The runs of other threads, oldest first: of one thread, or of all but one. */
  takenBy(isWanted: (threadId: number) => boolean): SlotRun[];
}

/** Owner and purpose of a run of slots. */
export interface SlotOwner {
  /** The thread that writes in it. */
  readonly threadId: number;
  /** Index of the queue that the bytes belong to, the same in all threads. */
  readonly queue: number;
}

/** Adjacent slots with one purpose. What is noted on it is seen by all threads. */
export interface SlotRun extends SlotOwner {
  /** The thread that wrote what is in it: the same when another one has adopted it. */
  readonly threadId: number;
  readonly bytes: Buffer;
  /** Grows from run to run. */
  readonly age: number;
  used(): number;
  setUsed(bytes: number): void;
  /** False once another thread has adopted it. */
  isOwn(): boolean;
  /** Makes it this thread's own, unless it was freed or another thread was faster. */
  adopt(threadId: number): boolean;
  /** Gives back the slots, unless they are another's by now. */
  free(): void;
}

/** Room for some 140 ordinary spans: a thread that sends nothing holds no more than one for each signal. */
export const SLOT_BYTES: number = 64 * 1024;
const MAX_BYTES = 2 ** 30;

// Fields of each slot, as 32-bit integers. A slot inside a run, not at its start, has the owner only.
const FIELDS = 7;
const OWNER = 0; // 0: free
/** Number that differs for each run and each owner of it: whoever knows it may free the run. 0: no run starts here. */
const LEASE = 1;
const WRITER = 2;
const QUEUE = 3;
const SLOTS = 4;
const USED = 5;
const AGE = 6;
const FREE = 0;
const NO_RUN = 0;
/** Before the fields of the first slot: the last lease. */
const HEADER = 1;

const NOTES_BYTES = FIELDS * Int32Array.BYTES_PER_ELEMENT;
const HEADER_BYTES = HEADER * Int32Array.BYTES_PER_ELEMENT;

/**
 * @param maxBytes rounded down to whole slots, at least one, and to a gigabyte: the system may refuse more, which must not
 *   keep us from starting. Memory that was never used costs nothing.
 */
export function createArena(maxBytes: number): Arena {
  const slots = Math.max(1, Math.floor(Math.min(maxBytes, MAX_BYTES) / SLOT_BYTES));
  return attachArena(new SharedArrayBuffer(slots * (SLOT_BYTES + NOTES_BYTES) + HEADER_BYTES));
}

/** The arena in `memory`, which another thread created. */
// oxlint-disable-next-line max-lines-per-function -- its functions close over one view of the memory
export function attachArena(memory: SharedArrayBuffer): Arena {
  const slots = (memory.byteLength - HEADER_BYTES) / (SLOT_BYTES + NOTES_BYTES);
  const data = Buffer.from(memory, 0, slots * SLOT_BYTES);
  const notes = new Int32Array(memory, slots * SLOT_BYTES, HEADER + slots * FIELDS);
  const at = (slot: number, field: number) => HEADER + slot * FIELDS + field;
  const get = (slot: number, field: number) => Atomics.load(notes, at(slot, field));
  const set = (slot: number, field: number, value: number) => void Atomics.store(notes, at(slot, field), value);
  const exchange = (slot: number, field: number, expected: number, value: number) =>
    Atomics.compareExchange(notes, at(slot, field), expected, value) === expected;
  const nextLease = () => Atomics.add(notes, 0, 1) + 1;

  /** Claims the slots one by one; another thread may be doing the same. */
  function claim(first: number, count: number, owner: number): boolean {
    for (let slot = first; slot < first + count; slot++) {
      if (exchange(slot, OWNER, FREE, owner)) continue;
      release(first, slot - first);
      return false;
    }
    return true;
  }

  function release(first: number, count: number): void {
    for (let slot = first; slot < first + count; slot++) set(slot, OWNER, FREE);
  }

  const all: Slots = { data, notes, at, get, set, exchange, nextLease, release };
  const runAt = (first: number, lease: number): SlotRun => new LeasedRun(all, first, lease);

  return {
    memory,
    maxBytes: slots * SLOT_BYTES,
    take(bytes, { threadId, queue }) {
      const count = Math.ceil(bytes / SLOT_BYTES);
      const owner = ownerOf(threadId);
      for (let first = 0; first + count <= slots; first++) {
        if (get(first, OWNER) !== FREE || !claim(first, count, owner)) continue;
        const lease = nextLease();
        set(first, WRITER, owner);
        set(first, QUEUE, queue);
        set(first, SLOTS, count);
        set(first, USED, 0);
        set(first, AGE, lease);
        set(first, LEASE, lease); // last: now it is seen
        return runAt(first, lease);
      }
      return undefined;
    },
    takenBy(isWanted) {
      const runs: SlotRun[] = [];
      for (let slot = 0; slot < slots; slot++) {
        const lease = get(slot, LEASE); // first: while it stays the same, so does what is noted beside it
        if (lease !== NO_RUN && isWanted(threadOf(get(slot, OWNER)))) runs.push(runAt(slot, lease));
      }
      return runs.toSorted((one, other) => one.age - other.age);
    },
  };
}

/** What the runs of an arena share. */
interface Slots {
  readonly data: Buffer;
  readonly notes: Int32Array;
  at(this: void, slot: number, field: number): number;
  get(this: void, slot: number, field: number): number;
  set(this: void, slot: number, field: number, value: number): void;
  exchange(this: void, slot: number, field: number, expected: number, value: number): boolean;
  nextLease(this: void): number;
  release(this: void, first: number, count: number): void;
}

/** Methods on a prototype, as of a chunk: hundreds wait in an outage. */
class LeasedRun implements SlotRun {
  readonly bytes: Buffer;
  readonly threadId: number;
  readonly queue: number;
  readonly age: number;
  readonly #slots: Slots;
  readonly #first: number;
  readonly #count: number;
  #lease: number;

  constructor(slots: Slots, first: number, lease: number) {
    this.#slots = slots;
    this.#first = first;
    this.#count = slots.get(first, SLOTS);
    this.#lease = lease;
    this.bytes = slots.data.subarray(first * SLOT_BYTES, (first + this.#count) * SLOT_BYTES);
    this.threadId = threadOf(slots.get(first, WRITER));
    this.queue = slots.get(first, QUEUE);
    this.age = slots.get(first, AGE);
  }

  used(): number {
    return this.#slots.get(this.#first, USED);
  }

  setUsed(bytes: number): void {
    this.#slots.set(this.#first, USED, bytes);
  }

  isOwn(): boolean {
    const { notes, at } = this.#slots;
    return notes[at(this.#first, LEASE)] === this.#lease; // not by Atomics, which takes 20 ns: it may change at any time anyway
  }

  adopt(threadId: number): boolean {
    const { exchange, nextLease, set } = this.#slots;
    const own = nextLease();
    if (!exchange(this.#first, LEASE, this.#lease, own)) return false;
    this.#lease = own;
    set(this.#first, OWNER, ownerOf(threadId));
    return true;
  }

  free(): void {
    const { exchange, release } = this.#slots;
    if (exchange(this.#first, LEASE, this.#lease, NO_RUN)) release(this.#first, this.#count);
  }
}

// Thread ids start at 0, which stands for a free slot.
const ownerOf = (threadId: number) => threadId + 1;
const threadOf = (owner: number) => owner - 1;
