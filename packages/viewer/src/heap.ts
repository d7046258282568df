/** A binary heap: each change takes time with the logarithm of the number of items. */
export interface Heap<T> {
  /** All items, the one on top first, the others in no order. */
  readonly items: readonly T[];
  add(item: T): void;
  /** Puts an item in the place of another one. */
  replace(place: number, item: T): void;
  remove(place: number): void;
  clear(): void;
}

/**
 * Makes an empty heap.
 *
 * @param isAbove tells that the first item belongs nearer to the top than the second
 * @param onPlace hears the place of an item, each time it gets one
 */
export function createHeap<T>(
  isAbove: (item: T, other: T) => boolean,
  onPlace: (item: T, place: number) => void = () => undefined,
): Heap<T> {
  const items: T[] = [];

  function put(item: T, place: number): void {
    items[place] = item;
    onPlace(item, place);
  }

  /** @returns the place up to which the item has risen */
  function rise(item: T, from: number): number {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above] as T;
      if (!isAbove(item, parent)) break;
      put(parent, place);
      place = above;
    }
    return place;
  }

  function sink(item: T, from: number): void {
    let place = from;
    for (let child = 2 * place + 1; child < items.length; child = 2 * place + 1) {
      const right = child + 1;
      if (right < items.length && isAbove(items[right] as T, items[child] as T)) child = right;
      const below = items[child] as T;
      if (!isAbove(below, item)) break;
      put(below, place);
      place = child;
    }
    put(item, place);
  }

  const settle = (item: T, place: number) => sink(item, rise(item, place));

  return {
    items,
    add(item) {
      items.push(item);
      settle(item, items.length - 1);
    },
    replace: (place, item) => settle(item, place),
    remove(place) {
      const last = items.pop();
      if (last !== undefined && place < items.length) settle(last, place);
    },
    clear: () => void (items.length = 0),
  };
}
