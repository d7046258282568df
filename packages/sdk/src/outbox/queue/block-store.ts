import type { Arena, SlotOwner } from './arena.ts';
import {
  BLOCK_BYTES,
  blocksFor,
  ITEM,
  LINK,
  lengthOf,
  MAX_CHAIN_BYTES,
  NOTE,
  NOTHING,
  readChain,
  RESOURCE,
  SCOPE,
  stateOf,
  wordsOf,
} from './block-layout.ts';
import { createFreeBlocks } from './free-blocks.ts';
import type { Scope } from './record-queue.ts';
import { createScopeTable } from './scope-table.ts';

/**
 * Encoded items of one thread that wait for something else than the backend, and leave in any order. They stand in blocks
 * of the arena, so that another thread can adopt them with `adoptItems` when this one has ended.
 */
export interface BlockStore {
  /**
   * Copies the first `length` bytes of `source`.
   *
   * @returns undefined when there is no room, or the store is closed or adopted by another thread
   */
  put(scope: Scope, source: Buffer, length: number): Handle | undefined;
  /**
   * Returns the bytes of an item. They stay valid until the next call; `free` of the same item does not count.
   *
   * @returns undefined when another thread has adopted the store, or the item was freed
   */
  read(item: Handle): Buffer | undefined;
  /** The scope with which an item was put, which is not freed yet. */
  scopeOf(item: Handle): Scope;
  /**
   * Forgets an item; its handle may become that of another one.
   *
   * @returns false when another thread has adopted the item: then that thread has it, and this one must not send it
   */
  free(item: Handle): boolean;
  /** False once another thread has adopted the store, or it is closed: then it takes no more. */
  isOwn(): boolean;
  /** Items in the store. */
  count(): number;
  /** Bytes of the items. */
  bytes(): number;
  /** Sets the definition of the resource that recorded the items, for who adopts them. */
  defineResource(definition: Uint8Array): void;
  /** Forgets all items and gives the memory back. */
  close(): void;
}

/** Number of an item in a store. */
export type Handle = number;

/** Items up to this size are read into memory that is used again. */
const SPARE_BYTES = 16 * 1024;

/**
 * @param owner the thread that calls the store, and the queue that such items go to. A thread has one store for a queue of
 *   an arena
 */
// oxlint-disable-next-line max-lines-per-function -- its functions close over one store; none is long
export function createBlockStore(arena: Arena, owner: SlotOwner): BlockStore {
  const data = Buffer.from(arena.memory, 0, arena.maxBytes);
  const words = new Int32Array(arena.memory, 0, arena.maxBytes / Int32Array.BYTES_PER_ELEMENT);
  const blocks = createFreeBlocks(arena, words, owner);
  const scopes = createScopeTable();
  const spare = Buffer.allocUnsafeSlow(SPARE_BYTES);
  let count = 0;
  let bytes = 0;
  let resource: Uint8Array | undefined;
  let resourceAt: number | undefined;
  let resources = 0;

  /** Writes a chain of blocks. Returns the first. */
  function write(kind: number, note: number, source: Buffer, length: number): number | undefined {
    const needed = blocksFor(length);
    if (!blocks.reserve(needed)) return undefined;
    const first = blocks.take();
    let last = first;
    let start = 0; // of the bytes that go to adjacent blocks, which are copied together
    let from = first;
    for (let index = 1; index < needed; index++) {
      const block = blocks.take();
      words[wordsOf(last) + LINK] = block;
      if (block !== last + 1) {
        source.copy(data, from * BLOCK_BYTES, start, index * BLOCK_BYTES);
        start = index * BLOCK_BYTES;
        from = block;
      }
      last = block;
    }
    source.copy(data, from * BLOCK_BYTES, start, length);
    words[wordsOf(first) + NOTE] = note;
    Atomics.store(words, wordsOf(first), stateOf(kind, length)); // last: what another thread reads is complete
    return first;
  }

  /** Frees a chain. Returns false if another thread did. */
  function erase(first: number): boolean {
    const state = Atomics.exchange(words, wordsOf(first), NOTHING); // first: its blocks may change from now on
    if (state === NOTHING) return false;
    blocks.release(first, blocksFor(lengthOf(state)));
    return true;
  }

  function writeDefinition(kind: number, note: number, definition: Uint8Array): number | undefined {
    const source = Buffer.from(definition.buffer, definition.byteOffset, definition.byteLength);
    return write(kind, note, source, source.length);
  }

  function writeResource(definition: Uint8Array): boolean {
    const written = writeDefinition(RESOURCE, resources + 1, definition);
    if (written === undefined) return false;
    if (resourceAt !== undefined) erase(resourceAt);
    resourceAt = written;
    resources += 1;
    resource = undefined;
    return true;
  }

  function writeScope(scope: Scope): number | undefined {
    scopes.tidy(erase);
    const number = scopes.nextNumber();
    const written = writeDefinition(SCOPE, number, scope.definition);
    if (written === undefined) return undefined;
    scopes.add(scope, written);
    return number;
  }

  return {
    put(scope, source, length) {
      if (length > MAX_CHAIN_BYTES || !blocks.isOwn()) return undefined;
      if (resource !== undefined && !writeResource(resource)) return undefined;
      const number = scopes.numberOf(scope) ?? writeScope(scope);
      if (number === undefined) return undefined;
      const first = write(ITEM, number, source, length);
      if (first === undefined) return undefined;
      scopes.use(number, 1);
      count += 1;
      bytes += length;
      return first;
    },
    read(item) {
      const state = words[wordsOf(item)] as number;
      if (state === NOTHING) return undefined;
      const found = readChain(words, data, item, lengthOf(state), spare);
      return blocks.isOwn() ? found : undefined; // own now: so it was until now
    },
    scopeOf: (item) => scopes.scopeOf(words[wordsOf(item) + NOTE] as number),
    free(item) {
      if (!blocks.isOwn()) return false;
      const length = lengthOf(words[wordsOf(item)] as number);
      const number = words[wordsOf(item) + NOTE] as number;
      if (!erase(item)) return false;
      scopes.use(number, -1);
      count -= 1;
      bytes -= length;
      return true;
    },
    isOwn: blocks.isOwn,
    count: () => count,
    bytes: () => bytes,
    defineResource(definition) {
      resource = definition; // written with the next item
    },
    close() {
      blocks.close();
      count = 0;
      bytes = 0;
    },
  };
}
