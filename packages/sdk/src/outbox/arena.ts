/** What all threads of the process queue in: one block of shared memory in slots, bounded by its size. */
export interface Arena {
  /** Give it to another thread, where `attachArena` makes an arena of it. */
  readonly memory: SharedArrayBuffer;
  readonly maxBytes: number;
  /**
   * Takes adjacent free slots for `bytes` bytes.
   *
   * @returns undefined when there are none
   */
  take(bytes: number, owner: SlotOwner): SlotRun | undefined;
  /** The runs of other threads, oldest first: of one thread, or of all but one. */
  takenBy(isWanted: (threadId: number) => boolean): SlotRun[];
}

/** Whose a run of slots is, and what for. */
export interface SlotOwner {
  /** The thread that writes in it. */
  readonly threadId: number;
  /** What the bytes are: the index of a queue, the same in all threads. */
  readonly queue: number;
}

/** Adjacent slots with one purpose. What is noted on it is seen by all threads. */
export interface SlotRun extends SlotOwner {
  readonly bytes: Buffer;
  /** Grows from run to run. */
  readonly age: number;
  used(): number;
  setUsed(bytes: number): void;
  isInFlight(): boolean;
  setInFlight(isInFlight: boolean): void;
  /** Makes it this thread's own, unless another thread was faster. */
  adopt(threadId: number): boolean;
  free(): void;
}

/** Room for some 140 ordinary spans: a thread that sends nothing holds no more than one for each signal. */
const SLOT_BYTES = 64 * 1024;

// What is noted for each slot, as 32-bit integers. A slot inside a run, not at its start, has the owner only.
const FIELDS = 6;
const OWNER = 0; // 0: free
const QUEUE = 1;
const SLOTS = 2; // 0: inside a run
const USED = 3;
const IS_IN_FLIGHT = 4;
const AGE = 5;
const FREE = 0;
/** Before the fields of the first slot: the age of the youngest run. */
const HEADER = 1;

const NOTES_BYTES = FIELDS * Int32Array.BYTES_PER_ELEMENT;
const HEADER_BYTES = HEADER * Int32Array.BYTES_PER_ELEMENT;

/** @param maxBytes rounded down to whole slots, at least one. Memory that was never used costs nothing. */
export function createArena(maxBytes: number): Arena {
  const slots = Math.max(1, Math.floor(maxBytes / SLOT_BYTES));
  return attachArena(new SharedArrayBuffer(slots * (SLOT_BYTES + NOTES_BYTES) + HEADER_BYTES));
}

/** The arena in `memory`, which another thread created. */
export function attachArena(memory: SharedArrayBuffer): Arena {
  const slots = (memory.byteLength - HEADER_BYTES) / (SLOT_BYTES + NOTES_BYTES);
  const data = Buffer.from(memory, 0, slots * SLOT_BYTES);
  const notes = new Int32Array(memory, slots * SLOT_BYTES, HEADER + slots * FIELDS);
  const at = (slot: number, field: number) => HEADER + slot * FIELDS + field;
  const get = (slot: number, field: number) => Atomics.load(notes, at(slot, field));
  const set = (slot: number, field: number, value: number) => void Atomics.store(notes, at(slot, field), value);

  /** Claims the slots one by one; another thread may be doing the same. */
  function claim(first: number, count: number, owner: number): boolean {
    for (let slot = first; slot < first + count; slot++) {
      if (Atomics.compareExchange(notes, at(slot, OWNER), FREE, owner) === FREE) continue;
      release(first, slot - first);
      return false;
    }
    return true;
  }

  function release(first: number, count: number): void {
    for (let slot = first; slot < first + count; slot++) {
      set(slot, SLOTS, 0);
      set(slot, OWNER, FREE);
    }
  }

  function runAt(first: number, count: number): SlotRun {
    const age = get(first, AGE);
    return {
      bytes: data.subarray(first * SLOT_BYTES, (first + count) * SLOT_BYTES),
      threadId: threadOf(get(first, OWNER)),
      queue: get(first, QUEUE),
      age,
      used: () => get(first, USED),
      setUsed: (bytes) => set(first, USED, bytes),
      isInFlight: () => get(first, IS_IN_FLIGHT) === 1,
      setInFlight: (isInFlight) => set(first, IS_IN_FLIGHT, isInFlight ? 1 : 0),
      adopt(threadId) {
        const owner = get(first, OWNER);
        const isMine =
          owner !== FREE &&
          get(first, AGE) === age &&
          Atomics.compareExchange(notes, at(first, OWNER), owner, ownerOf(threadId)) === owner;
        if (isMine) set(first, IS_IN_FLIGHT, 0);
        return isMine;
      },
      free: () => release(first, count),
    };
  }

  return {
    memory,
    maxBytes: slots * SLOT_BYTES,
    take(bytes, { threadId, queue }) {
      const count = Math.ceil(bytes / SLOT_BYTES);
      for (let first = 0; first + count <= slots; first++) {
        if (get(first, OWNER) !== FREE || !claim(first, count, ownerOf(threadId))) continue;
        set(first, QUEUE, queue);
        set(first, USED, 0);
        set(first, IS_IN_FLIGHT, 0);
        set(first, AGE, Atomics.add(notes, 0, 1) + 1);
        set(first, SLOTS, count); // last: now it is seen
        return runAt(first, count);
      }
      return undefined;
    },
    takenBy(isWanted) {
      const runs: SlotRun[] = [];
      for (let slot = 0; slot < slots; slot++) {
        const owner = get(slot, OWNER);
        const count = get(slot, SLOTS);
        if (owner !== FREE && count > 0 && isWanted(threadOf(owner))) runs.push(runAt(slot, count));
      }
      return runs.toSorted((one, other) => one.age - other.age);
    },
  };
}

// Thread ids start at 0, which stands for a free slot.
const ownerOf = (threadId: number) => threadId + 1;
const threadOf = (owner: number) => owner - 1;
