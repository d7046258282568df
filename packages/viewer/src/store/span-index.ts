/** Key of a span: the number of its trace, and its id in two halves. */
export type SpanKey = readonly [trace: number, high: number, low: number];

/**
 * Finds the address of a span by its key, in a hash table outside of V8's heap: a `Map` would take as much for each span
 * as its object. The table holds addresses only; the keys stand at them.
 */
export interface SpanIndex {
  /** Address of a span with the key of which `isIt` holds; 0 when there is none. */
  find(key: SpanKey, isIt: (address: number) => boolean): number;
  add(address: number): void;
  /** Forgets an address that was added, while its key still stands there. */
  remove(address: number): void;
  clear(): void;
}

const FIRST_SIZE = 1024;

/** @param keyAt reads the key of the span at an address */
// oxlint-disable-next-line max-lines-per-function -- its functions close over one table; none is long
export function createSpanIndex(keyAt: (address: number) => SpanKey): SpanIndex {
  const seed = Math.trunc(Math.random() * 2 ** 32); // nobody can choose ids that fall into one place
  let slots = new Uint32Array(FIRST_SIZE);
  let count = 0;

  function home([trace, high, low]: SpanKey): number {
    let hash = Math.imul(low ^ seed, 0x9e3779b1) ^ Math.imul(high + trace, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    return (hash ^ (hash >>> 13)) & (slots.length - 1);
  }

  const after = (slot: number) => (slot + 1) & (slots.length - 1);

  function insert(address: number): void {
    let slot = home(keyAt(address));
    while (slots[slot] !== 0) slot = after(slot);
    slots[slot] = address;
  }

  function grow(): void {
    const old = slots;
    slots = new Uint32Array(2 * old.length);
    for (const address of old) if (address !== 0) insert(address);
  }

  /** Closes the gap: what stands behind it and could stand there moves up. */
  function close(gap: number): void {
    for (let slot = after(gap); slots[slot] !== 0; slot = after(slot)) {
      const address = slots[slot] ?? 0;
      const distance = (slot - home(keyAt(address))) & (slots.length - 1);
      if (distance < ((slot - gap) & (slots.length - 1))) continue;
      slots[gap] = address;
      gap = slot;
    }
    slots[gap] = 0;
  }

  return {
    find(key, isIt) {
      const [trace, high, low] = key;
      for (let slot = home(key); slots[slot] !== 0; slot = after(slot)) {
        const address = slots[slot] ?? 0;
        const [itsTrace, itsHigh, itsLow] = keyAt(address);
        if (itsLow === low && itsHigh === high && itsTrace === trace && isIt(address)) return address;
      }
      return 0;
    },
    add(address) {
      count += 1;
      if (2 * count > slots.length) grow();
      insert(address);
    },
    remove(address) {
      let slot = home(keyAt(address));
      while (slots[slot] !== address) {
        if (slots[slot] === 0) return;
        slot = after(slot);
      }
      count -= 1;
      close(slot);
    },
    clear() {
      slots = new Uint32Array(FIRST_SIZE);
      count = 0;
    },
  };
}
