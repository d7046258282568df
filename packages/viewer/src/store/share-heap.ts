/** A service's share of the store, as heaps order it. */
export interface Ranked {
  spans: number;
  bytes: number;
  /** Number of the share: the lower of two that take as much is on top. */
  readonly order: number;
  /** Place in the heap by spans, and in that by bytes. */
  readonly places: { spans: number; bytes: number };
}

/** Shares with the biggest one on top. */
export interface ShareHeap<Share extends Ranked> {
  add(share: Share): void;
  remove(share: Share): void;
  /** Has to be called after each change of what the share takes. */
  moved(share: Share): void;
  biggest(): Share | undefined;
  clear(): void;
}

/** A binary heap: each change takes time with the logarithm of the number of services. */
export function createShareHeap<Share extends Ranked>(measure: 'spans' | 'bytes'): ShareHeap<Share> {
  const heap: Share[] = [];

  function isBigger(share: Share, than: Share): boolean {
    return share[measure] > than[measure] || (share[measure] === than[measure] && share.order < than.order);
  }

  function put(share: Share, place: number): void {
    heap[place] = share;
    share.places[measure] = place;
  }

  function rise(share: Share): void {
    let place = share.places[measure];
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBigger(share, parent)) break;
      put(parent, place);
      place = above;
    }
    put(share, place);
  }

  function sink(share: Share): void {
    let place = share.places[measure];
    for (;;) {
      const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
      const child = right !== undefined && left !== undefined && isBigger(right, left) ? right : left;
      if (child === undefined || !isBigger(child, share)) break;
      const below = child.places[measure];
      put(child, place);
      place = below;
    }
    put(share, place);
  }

  return {
    add(share) {
      put(share, heap.length);
      rise(share);
    },
    remove(share) {
      const last = heap.pop();
      if (last === undefined || last === share) return;
      put(last, share.places[measure]);
      rise(last);
      sink(last);
    },
    moved(share) {
      rise(share);
      sink(share);
    },
    biggest: () => heap[0],
    clear: () => void (heap.length = 0),
  };
}
