import { assert, integer, array, property } from 'fast-check';
import { expect, test } from 'vitest';

import { createArena } from './arena.ts';
import { foreignChunks } from './foreign-chunks.ts';
import { MAX_BATCH_BYTES, MAX_REQUEST_BYTES } from './max-request-bytes.ts';

const OWNER = { threadId: 7, queue: 0 };
const scope = Buffer.from('scope');
const itemOf = (length: number) => ({ scope, bytes: Buffer.alloc(length, 1) });

test('chunks of what a thread has left fit in a request each, however large its items are', () => {
  const arena = createArena(32 * 1024 * 1024);

  assert(
    property(
      array(integer({ min: 1, max: 400_000 }), { maxLength: 40 }),
      integer({ min: 1, max: 20 }),
      (sizes, max) => {
        const chunks = foreignChunks(arena, OWNER, Buffer.from('resource'), sizes.map(itemOf), max);

        expect(chunks.reduce((sum, { count }) => sum + count, 0)).toBe(sizes.length);
        for (const { chunk, count } of chunks) {
          expect(chunk?.count()).toBe(count);
          expect(count).toBeLessThanOrEqual(max);
          expect(chunk?.bytes()).toBeLessThan(MAX_REQUEST_BYTES);
          chunk?.run.free();
        }
      },
    ),
  );
});

test('an item that is larger than the records of a request has a chunk of its own', () => {
  const arena = createArena(32 * 1024 * 1024);

  const chunks = foreignChunks(arena, OWNER, undefined, [10, MAX_BATCH_BYTES, 10].map(itemOf), 512);

  expect(chunks.map(({ count }) => count)).toEqual([1, 1, 1]);
});
