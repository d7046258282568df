import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { type Chain, createPagePool, emptyChain, type PagePool } from './page-pool.ts';

type Item = readonly [numbers: readonly [number, number, number, number], bytes: Buffer];

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const item = fc.tuple(
  fc.tuple(word, word, word, word),
  fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.uint8Array({ minLength: 200, maxLength: 800 })).map(Buffer.from),
);

test('the items of a chain are read as they were written, whatever other chains come and go between', () => {
  const steps = fc.array(fc.tuple(fc.nat(4), fc.option(item, { freq: 8 })), { maxLength: 120 });

  fc.assert(
    fc.property(steps, (sequence) => {
      const pool = createPagePool();
      const chains = Array.from({ length: 5 }, () => ({ chain: emptyChain(), items: [] as Item[] }));

      for (const [index, added] of sequence) {
        const { chain, items } = chains[index]!;
        if (added === null) pool.free(chain);
        else add(pool, chain, added);
        if (added === null) items.length = 0;
        else items.push(added);
      }

      for (const { chain, items } of chains) expect(itemsIn(pool, chain)).toEqual(items);
    }),
  );
});

test('an append takes as many pages as it was said to take', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 60 }), (items) => {
      const pool = createPagePool();
      const chain = emptyChain();
      for (const added of items) {
        const before = pagesOf(chain);
        const said = pool.pagesFor(chain, added[1].length);
        add(pool, chain, added);
        expect(pagesOf(chain) - before).toBe(said);
      }
    }),
  );
});

test('freed pages are used again before new ones', () => {
  const pool = createPagePool();
  const chain = emptyChain();
  const bytes = Buffer.alloc(10_000, 1);

  add(pool, chain, [[0, 0, 0, 0], bytes]);
  const most = chain.lastPage;
  for (let i = 0; i < 1000; i++) {
    pool.free(chain);
    add(pool, chain, [[i, 0, 0, 0], bytes]);
    expect(Math.max(chain.firstPage, chain.lastPage)).toBeLessThanOrEqual(most);
  }
});

test('items of several megabytes are read whole', () => {
  const pool = createPagePool();
  const [first, second] = [emptyChain(), emptyChain()];
  const big = Buffer.alloc(5_000_001, 'abc');

  add(pool, first, [[1, 2, 3, 4], big]);
  add(pool, second, [[5, 6, 7, 8], Buffer.from('after')]);

  expect(itemsIn(pool, first)).toEqual([[[1, 2, 3, 4], big]]);
  expect(itemsIn(pool, second)).toEqual([[[5, 6, 7, 8], Buffer.from('after')]]);
});

test('a pool that was cleared is empty and works on', () => {
  const pool = createPagePool();
  add(pool, emptyChain(), [[1, 1, 1, 1], Buffer.from('before')]);

  pool.clear();
  const chain = emptyChain();
  add(pool, chain, [[2, 2, 2, 2], Buffer.from('after')]);

  expect(chain.firstPage).toBe(1);
  expect(itemsIn(pool, chain)).toEqual([[[2, 2, 2, 2], Buffer.from('after')]]);
});

function add(pool: PagePool, chain: Chain, [numbers, bytes]: Item): void {
  const around = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
  pool.append(chain, numbers, around, 6, 6 + bytes.length);
}

function itemsIn(pool: PagePool, chain: Chain): Item[] {
  const items: Item[] = [];
  for (let at = pool.first(chain); at !== 0; at = pool.next(chain, at)) {
    const numbers = [pool.number(at, 0), pool.number(at, 1), pool.number(at, 2), pool.number(at, 3)] as const;
    expect(pool.byteLength(at)).toBe(pool.bytes(at).length);
    items.push([numbers, Buffer.from(pool.bytes(at))]);
  }
  return items;
}

/** Pages of a chain whose pages have consecutive numbers: nothing was freed. */
function pagesOf({ firstPage, lastPage }: Chain): number {
  return firstPage === 0 ? 0 : lastPage - firstPage + 1;
}
