import { describe, expect, test } from 'vitest';

import { itemBytes, numberOf, scopeFor } from '../../../test/stored-items.ts';
import { attachArena, createArena, type Arena } from './arena.ts';
import { createBlockStore, type BlockStore, type Handle } from './block-store.ts';

const SLOT = 64 * 1024;
const OWNER = { threadId: 3, queue: 0 };
const OTHER = { threadId: 4, queue: 0 };
const SPAN = Buffer.alloc(450, 's');

describe('an item', () => {
  test('is read as it was put, whatever its length', () => {
    const store = createBlockStore(createArena(2 ** 24), OWNER);
    const lengths = [0, 1, 511, 512, 513, 1024, 1025, 70_000, 4 * 2 ** 20];

    const items = lengths.map((length) => ({ length, item: put(store, Buffer.alloc(length, length + 1)) }));

    for (const { length, item } of items) expect(store.read(item)?.equals(Buffer.alloc(length, length + 1))).toBe(true);
    expect([store.count(), store.bytes()]).toEqual([lengths.length, lengths.reduce((sum, length) => sum + length)]);
  });

  test('is the start of a source that is longer and changes afterwards', () => {
    const store = createBlockStore(createArena(SLOT), OWNER);
    const source = Buffer.from('an item of an encoder');

    const item = store.put(scopeFor(0), source, 7) as Handle;
    source.fill('x');

    expect(store.read(item)?.toString()).toBe('an item');
  });

  test('has the scope that it was put with', () => {
    const store = createBlockStore(createArena(SLOT), OWNER);

    const items = [0, 1, 2, 3].map((number) => put(store, SPAN, number));

    expect(items.map((item) => store.scopeOf(item))).toEqual([0, 1, 2, 3].map(scopeFor));
  });

  test('can be used after it was freed, until the next call', () => {
    const store = createBlockStore(createArena(2 ** 24), OWNER);
    const items = Array.from({ length: 2000 }, (_, number) => put(store, itemBytes(number)));

    const numbers = items.map((item) => {
      const bytes = store.read(item) as Buffer;
      store.free(item);
      return numberOf(bytes);
    });

    expect(numbers).toEqual(items.map((_, number) => number));
  });

  test('is freed once', () => {
    const store = createBlockStore(createArena(SLOT), OWNER);
    const item = put(store, SPAN);

    expect([store.free(item), store.free(item), store.read(item)]).toEqual([true, false, undefined]);
    expect([store.count(), store.bytes()]).toEqual([0, 0]);
  });

  test.each([
    { maxBytes: SLOT, length: SLOT },
    { maxBytes: 2 ** 20, length: 2 ** 20 },
  ])('of $length bytes has no room in $maxBytes bytes, and takes none from others', ({ maxBytes, length }) => {
    const store = createBlockStore(createArena(maxBytes), OWNER);

    expect(store.put(scopeFor(0), Buffer.alloc(length), length)).toBeUndefined();

    expect(store.count()).toBe(0);
    expect(put(store, SPAN)).toBeDefined();
  });
});

describe('room', () => {
  test('that one item of each slot leaves is used again', () => {
    const store = createBlockStore(createArena(2 ** 20), OWNER);
    const items = fill(store);
    const pinned = items.filter((_, index) => index % 125 === 0);
    for (const item of items) if (!pinned.includes(item)) store.free(item);

    const again = fill(store);

    expect(again.length).toBe(items.length - pinned.length);
  });

  test('that is not used any more is given to other threads, but for some', () => {
    const arena = createArena(2 ** 22);
    const store = createBlockStore(arena, OWNER);
    for (const item of fill(store)) store.free(item);
    const other = createBlockStore(attachArena(arena.memory), OTHER);

    for (let turn = 0; turn < 5000; turn++) store.free(put(store, SPAN));

    expect(fill(other).length).toBeGreaterThan(0.9 * (arena.maxBytes / SLOT) * 125);
  });

  test('is not taken and given back for every item that comes and goes', () => {
    const arena = createArena(2 ** 22);
    let taken = 0;
    const counting: Arena = {
      ...arena,
      take(bytes, owner) {
        taken += 1;
        return arena.take(bytes, owner);
      },
    };
    const store = createBlockStore(counting, OWNER);
    const burst = () => Array.from({ length: 1000 }, () => put(store, SPAN));

    for (let turn = 0; turn < 20; turn++) for (const item of burst()) store.free(item);

    expect(taken).toBeLessThan(2 * (1000 / 125));
  });

  test('is free when the store is closed', () => {
    const arena = createArena(2 ** 20);
    const store = createBlockStore(arena, OWNER);
    fill(store);

    store.close();

    expect(store.put(scopeFor(0), SPAN, SPAN.length)).toBeUndefined();
    expect(arena.takenBy(() => true)).toEqual([]);
    expect(store.count()).toBe(0);
  });

  test('is not taken before there is an item', () => {
    const arena = createArena(SLOT);

    createBlockStore(arena, OWNER).defineResource(SPAN);

    expect(arena.takenBy(() => true)).toEqual([]);
  });

  test('is not used up by scopes that are made up for each item', () => {
    const store = createBlockStore(createArena(SLOT), OWNER);
    const held = put(store, SPAN);

    for (let id = 4; id < 2000; id++) {
      const scope = { id, definition: Buffer.from(`scope ${id}`) };
      const item = store.put(scope, SPAN, SPAN.length) as Handle;
      expect(store.scopeOf(item)).toBe(scope);
      store.free(item);
    }

    expect(store.scopeOf(held)).toBe(scopeFor(0));
  });
});

function put(store: BlockStore, bytes: Buffer, number = 0): Handle {
  const item = store.put(scopeFor(number), bytes, bytes.length);
  if (item === undefined) throw new Error('there is no room');
  return item;
}

/** Puts as many spans as there is room for. */
function fill(store: BlockStore): Handle[] {
  const items: Handle[] = [];
  for (;;) {
    const item = store.put(scopeFor(0), SPAN, SPAN.length);
    if (item === undefined) return items;
    items.push(item);
  }
}
