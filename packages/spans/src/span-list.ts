import type { ReadableSpan } from './readable-span.ts';

/** A span that refers to its neighbours in the list of open spans. */
interface ListedSpan extends ReadableSpan {
  [PLACE]?: Place | undefined;
  [OLDER]?: ListedSpan | undefined;
  [YOUNGER]?: ListedSpan | undefined;
}

const LISTED = 1;
const EVICTED = 2;
const REMOVED = 3;
type Place = typeof LISTED | typeof EVICTED | typeof REMOVED;

const PLACE: unique symbol = Symbol.for('clew.span-list.place') as never;
const OLDER: unique symbol = Symbol.for('clew.span-list.older') as never;
const YOUNGER: unique symbol = Symbol.for('clew.span-list.younger') as never;

/** Gives a span that is being made its room in a list, for its shape never to change. */
export function makeListable(span: ReadableSpan): void {
  const listable: ListedSpan = span;
  listable[PLACE] = undefined;
  listable[OLDER] = undefined;
  listable[YOUNGER] = undefined;
}

/**
 * The open spans of a thread in the order of their starts, at most so many. They are linked with each other: a `Set` of them
 * would cost each span more than all else that is noted of it. A span is in one list at most.
 */
export class SpanList {
  readonly #capacity: number;
  #size = 0;
  #oldest: ListedSpan | undefined;
  #youngest: ListedSpan | undefined;

  /** @param capacity beyond which the oldest is evicted */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** Returns false, and does nothing, for a span that has been added before. */
  add(span: ReadableSpan): boolean {
    const added: ListedSpan = span;
    if (added[PLACE] !== undefined) return false;
    added[PLACE] = LISTED;
    added[OLDER] = this.#youngest;
    if (this.#youngest === undefined) this.#oldest = added;
    else this.#youngest[YOUNGER] = added;
    this.#youngest = added;
    if (this.#size < this.#capacity) this.#size += 1;
    else if (this.#oldest !== undefined) this.#unlink(this.#oldest, EVICTED);
    return true;
  }

  /** Returns true once for each span that was added, evicted or not. */
  delete(span: ReadableSpan): boolean {
    const removed: ListedSpan = span;
    if (removed[PLACE] === EVICTED) {
      removed[PLACE] = REMOVED;
      return true;
    }
    if (removed[PLACE] !== LISTED) return false;
    this.#unlink(removed, REMOVED);
    this.#size -= 1;
    return true;
  }

  /** The spans of this moment, oldest first; one that leaves meanwhile is left out. */
  *[Symbol.iterator](): Generator<ReadableSpan> {
    const listed: ListedSpan[] = [];
    for (let span = this.#oldest; span !== undefined; span = span[YOUNGER]) listed.push(span);
    for (const span of listed) if (span[PLACE] === LISTED) yield span;
  }

  /** An ended span may live long: it must not keep its neighbours alive. */
  #unlink(span: ListedSpan, place: Place): void {
    const { [OLDER]: older, [YOUNGER]: younger } = span;
    if (older === undefined) this.#oldest = younger;
    else older[YOUNGER] = younger;
    if (younger === undefined) this.#youngest = older;
    else younger[OLDER] = older;
    span[PLACE] = place;
    span[OLDER] = undefined;
    span[YOUNGER] = undefined;
  }
}
