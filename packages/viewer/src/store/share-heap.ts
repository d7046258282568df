import { createHeap } from '../heap.ts';

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

/** Orders shares so that the biggest one is found in a time that hardly grows with the number of services. */
export function createShareHeap<Share extends Ranked>(measure: 'spans' | 'bytes'): ShareHeap<Share> {
  const heap = createHeap<Share>(
    (share, than) => share[measure] > than[measure] || (share[measure] === than[measure] && share.order < than.order),
    (share, place) => void (share.places[measure] = place),
  );

  return {
    add: heap.add,
    remove: (share) => heap.remove(share.places[measure]),
    moved: (share) => heap.replace(share.places[measure], share),
    biggest: () => heap.items[0],
    clear: heap.clear,
  };
}
