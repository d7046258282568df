import fc from 'fast-check';
import { expect, test } from 'vitest';

import { adoptItems, type AdoptedItem } from './adopt-items.ts';
import { attachArena, createArena } from './arena.ts';
import { BLOCK_BYTES, blocksFor, USABLE_BLOCKS } from './block-layout.ts';
import { createBlockStore, type Handle } from './block-store.ts';

const SLOT = 64 * 1024;
const RESOURCE = Buffer.alloc(BLOCK_BYTES + 1, 'r');

test('whatever is put and freed, a store has what was put and not freed, and room for all that would fit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step(), { maxLength: 120 }), (slots, todo) => {
      const run = startRun(slots);

      for (const { what, sizes, which } of todo) run[what](sizes, which);

      run.checkAll();
      expect(run.adopted()).toEqual(run.held());
      expect(run.isArenaFree()).toBe(true);
    }),
    { numRuns: 200 },
  );
});

/** A store beside a model of it. */
function startRun(slots: number) {
  const arena = createArena(slots * SLOT);
  const store = createBlockStore(arena, { threadId: 7, queue: 3 });
  const scopes = [1, 2, 3, 4].map((id) => ({ id, definition: Buffer.from(`scope ${id}`) }));
  const usedScopes = new Set<number>();
  const held = new Map<Handle, { bytes: Buffer; scope: (typeof scopes)[0] }>();
  let next = 0;
  let isAnyPut = false;
  store.defineResource(RESOURCE);

  function blocksUsed(): number {
    const definitions = usedScopes.size + (isAnyPut ? blocksFor(RESOURCE.length) : 0);
    return [...held.values()].reduce((sum, { bytes }) => sum + blocksFor(bytes.length), definitions);
  }

  function putOne(size: number): void {
    const bytes = Buffer.alloc(size, (next += 1));
    const scope = scopes[next % scopes.length] as (typeof scopes)[0];
    const item = store.put(scope, Buffer.concat([bytes, RESOURCE]), size);
    // Even where the item has no room, its definitions are there.
    isAnyPut = true;
    usedScopes.add(scope.id);
    const needed = blocksUsed() + blocksFor(size);
    expect(item !== undefined).toBe(needed <= slots * USABLE_BLOCKS);
    if (item === undefined) return;
    expect(held.has(item)).toBe(false);
    held.set(item, { bytes, scope });
  }

  function check(item: Handle): void {
    const { bytes, scope } = held.get(item) as { bytes: Buffer; scope: (typeof scopes)[0] };
    expect(store.read(item)?.equals(bytes)).toBe(true);
    expect(store.scopeOf(item)).toBe(scope);
  }

  return {
    put: (sizes: readonly number[]) => sizes.forEach(putOne),
    free(sizes: readonly number[], which: number) {
      for (const [index] of sizes.entries()) {
        const item = [...held.keys()][(which + index * 7) % (held.size + 1)];
        if (item === undefined) continue;
        check(item);
        expect(store.free(item)).toBe(true);
        held.delete(item);
      }
    },
    checkAll() {
      for (const item of held.keys()) check(item);
      expect(store.count()).toBe(held.size);
      expect(store.bytes()).toBe([...held.values()].reduce((sum, { bytes }) => sum + bytes.length, 0));
    },
    adopted: () => sorted([...adoptItems(attachArena(arena.memory), 0, (threadId) => threadId === 7)]),
    held() {
      return sorted(
        [...held.values()].map(({ bytes, scope }) => {
          return { threadId: 7, queue: 3, resource: RESOURCE, scope: scope.definition, bytes };
        }),
      );
    },
    isArenaFree: () => arena.takenBy(() => true).length === 0,
  };
}

/** In one order, with texts for bytes. */
function sorted(items: readonly AdoptedItem[]): string[] {
  const texts = items.map(({ threadId, queue, resource, scope, bytes }) => {
    return [threadId, queue, resource, scope, bytes].map(textOf).join(', ');
  });
  return texts.toSorted();
}

const textOf = (value: Uint8Array | number | undefined) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);

function step() {
  const what = fc.constantFrom('put', 'put', 'free');
  const size = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 3 * BLOCK_BYTES }) },
    fc.constantFrom(0, BLOCK_BYTES, 2 * BLOCK_BYTES, SLOT),
    fc.integer({ min: 0, max: 3 * SLOT }),
  );
  return fc.record({ what, sizes: fc.array(size, { maxLength: 20 }), which: fc.nat() } as const);
}
