/** Where what was held goes when it is released. */
export interface HeldSink<Item> {
  /** Gets the items of a trace one by one, oldest first. What it throws is told and goes no further. */
  release(item: Item): void;
  /** Writes out all it was given before it returns: the process ends. */
  flush?(): void;
}

/** Something held, and its younger neighbour. */
interface Held {
  readonly item: unknown;
  readonly bytes: number;
  readonly sink: HeldSink<unknown>;
  next: Held | undefined;
}

/** Held items of one trace, oldest first. */
export interface HeldQueue {
  push(item: unknown, bytes: number, sink: HeldSink<unknown>): void;
  /** Takes the oldest out. */
  shift(): Held | undefined;
  bytes(): number;
  count(): number;
}

export function createHeldQueue(): HeldQueue {
  let oldest: Held | undefined;
  let youngest: Held | undefined;
  let total = 0;
  let length = 0;
  return {
    push(item, bytes, sink) {
      const held: Held = { item, bytes, sink, next: undefined };
      if (youngest === undefined) oldest = held;
      else youngest.next = held;
      youngest = held;
      total += bytes;
      length += 1;
    },
    shift() {
      const held = oldest;
      if (held === undefined) return undefined;
      oldest = held.next;
      if (oldest === undefined) youngest = undefined;
      total -= held.bytes;
      length -= 1;
      return held;
    },
    bytes: () => total,
    count: () => length,
  };
}
