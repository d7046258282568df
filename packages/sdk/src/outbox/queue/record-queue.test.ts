import { describe, expect, test } from 'vitest';

import { adoptFrom, itemsIn, openQueue, OWN, push, SLOT, UNLIMITED } from '../../../test/numbered-items.ts';
import { openChunk } from './chunk.ts';
import type { Batch, RecordQueue } from './record-queue.ts';

describe('a queue of limited size', () => {
  test('drops the oldest items, each one for a new one', () => {
    const { queue, arena, dropped } = openQueue({ maxBatchSize: 10, maxQueueSize: 3 });

    for (const number of [1, 2, 3, 4, 5]) push(queue, number);

    expect(itemsIn(queue.take())).toEqual([3, 4, 5]);
    expect(dropped()).toBe(2);
    expect(arena.takenBy(() => true)).toHaveLength(1);
  });

  test('takes nothing more while all of it is in flight', () => {
    const { queue, dropped } = openQueue({ maxBatchSize: 10, maxQueueSize: 2 });
    for (const number of [1, 2]) push(queue, number);
    const batch = queue.take() as Batch;

    expect(push(queue, 3)).toBe(false);
    queue.giveBack(batch);

    expect(push(queue, 4)).toBe(true);
    expect(itemsIn(queue.take())).toEqual([2, 4]);
    expect(dropped()).toBe(1);
  });
});

describe('a queue whose arena is full', () => {
  test('drops what waited longest', () => {
    const { queue, dropped } = openQueue(UNLIMITED, 2);

    for (const number of [1, 2, 3]) push(queue, number, 40_000);

    expect(itemsIn(queue.take())).toEqual([2, 3]);
    expect(dropped()).toBe(1);
  });

  test('drops nothing for an item that is larger than the arena', () => {
    const { queue, dropped } = openQueue(UNLIMITED, 2);
    push(queue, 1);

    expect(push(queue, 2, 2 * SLOT)).toBe(false);

    expect(itemsIn(queue.take())).toEqual([1]);
    expect(dropped()).toBe(0);
  });

  test('takes nothing more while all of it is in flight', () => {
    const { queue, dropped } = openQueue(UNLIMITED, 1);
    push(queue, 1, 60_000);
    queue.take();

    expect(push(queue, 2, 60_000)).toBe(false);

    expect(queue.count()).toBe(1);
    expect(dropped()).toBe(0);
  });

  test('tells of a drop when it is complete, so that what is recorded by telling it finds its place', () => {
    let told = 0;
    const queue: RecordQueue = openQueue(UNLIMITED, 2, (count) => {
      told += count;
      if (told === 1) push(queue, 9, 40_000);
    }).queue;

    for (const number of [1, 2, 3]) push(queue, number, 40_000);

    expect(queue.count()).toBe(4 - told);
    expect(itemsIn(queue.take())).toEqual([9, 3]);
  });
});

describe('a batch', () => {
  test('has as many items as one request may have, unless one chunk has more', () => {
    const { queue } = openQueue({ maxBatchSize: 2, maxQueueSize: undefined });
    for (const number of [1, 2, 3, 4, 5]) push(queue, number);

    expect([queue.take(), queue.take(), queue.take(), queue.take()].map(itemsIn)).toEqual([[1, 2], [3, 4], [5], []]);
  });

  test('has as many bytes as are put together at once, or is one large item', () => {
    const { queue } = openQueue(UNLIMITED, 200);
    for (const [number, bytes] of [500_000, 400_000, 300_000, 3_900_000, 100_000].entries()) push(queue, number, bytes);

    expect([queue.take(), queue.take(), queue.take(), queue.take()].map(itemsIn)).toEqual([[0, 1], [2], [3], [4]]);
  });

  test('has no more items than are put together at once, however large a batch may be', () => {
    const { queue } = openQueue({ maxBatchSize: 65_536, maxQueueSize: undefined });
    for (let number = 0; number < 6000; number++) push(queue, number);

    const counts = [queue.take(), queue.take(), queue.take()].map((batch) => batch?.count ?? 0);

    expect(counts.reduce((sum, count) => sum + count)).toBe(6000);
    expect(Math.max(...counts)).toBeLessThanOrEqual(4096);
  });

  test('that is given back goes before what was queued later', () => {
    const { queue } = openQueue({ maxBatchSize: 1, maxQueueSize: undefined });
    for (const number of [1, 2, 3]) push(queue, number);
    const [first, second] = [queue.take(), queue.take()] as [Batch, Batch];

    queue.giveBack(second);
    queue.giveBack(first);

    expect([queue.take(), queue.take(), queue.take()].map(itemsIn)).toEqual([[1], [2], [3]]);
  });

  test('that is given back takes in nothing younger than what is still in flight', () => {
    const { queue } = openQueue(UNLIMITED);
    const inFlight = [1, 2, 3].map((number) => {
      push(queue, number);
      return queue.take() as Batch;
    });
    const [first, second, third] = inFlight as [Batch, Batch, Batch];

    queue.giveBack(first);
    push(queue, 4);
    queue.giveBack(third);
    queue.giveBack(second);

    expect(itemsIn(queue.take())).toEqual([1, 2, 3, 4]);
  });

  test('that was reclaimed is in flight no more: what becomes of it then changes nothing', () => {
    const { queue } = openQueue(UNLIMITED);
    push(queue, 1);
    const batch = queue.take() as Batch;
    queue.reclaim();

    queue.remove(batch);
    queue.giveBack(batch);

    expect([queue.count(), queue.waiting()]).toEqual([1, 1]);
    expect(itemsIn(queue.take())).toEqual([1]);
  });

  test('leaves its place to others when it was removed', () => {
    const { queue, arena } = openQueue(UNLIMITED, 1);
    push(queue, 1);
    const batch = queue.take() as Batch;

    queue.remove(batch);
    queue.remove(batch);

    expect([queue.count(), queue.waiting(), queue.bytes()]).toEqual([0, 0, 0]);
    expect(arena.takenBy(() => true)).toEqual([]);
  });
});

describe('chunks', () => {
  test('with little in them become one when they are given back', () => {
    const { queue, arena } = openQueue(UNLIMITED, 20);
    const batches = Array.from({ length: 10 }, (_, number) => {
      push(queue, number);
      return queue.take() as Batch;
    });

    for (const batch of batches) queue.giveBack(batch);

    expect(arena.takenBy(() => true)).toHaveLength(1);
    expect(itemsIn(queue.take())).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('of another thread never grow, nor become one with ours', () => {
    const { queue, arena } = openQueue(UNLIMITED);
    adoptFrom(arena, queue, 7, [{ number: 100, size: 8 }]);
    push(queue, 1);
    const batch = queue.take() as Batch;

    queue.giveBack(batch);
    push(queue, 2);

    expect(arena.takenBy(() => true).map(({ threadId }) => threadId)).toEqual([7, OWN]);
    expect(itemsIn(queue.take())).toEqual([100, 1, 2]);
  });

  test('that another thread has adopted grow no more', () => {
    const { queue, arena } = openQueue(UNLIMITED);
    push(queue, 1);
    arena.takenBy(() => true)[0]?.adopt(7);

    push(queue, 2);

    expect(arena.takenBy((thread) => thread === 7).map((run) => openChunk(run).count())).toEqual([1]);
    expect(arena.takenBy((thread) => thread === OWN).map((run) => openChunk(run).count())).toEqual([1]);
  });

  test('of another thread with nothing in them are freed', () => {
    const { queue, arena } = openQueue(UNLIMITED, 1);
    arena.take(1, { threadId: 7, queue: 0 });
    const [run] = arena.takenBy(() => true);
    run?.adopt(OWN);

    if (run !== undefined) queue.adopt(openChunk(run));

    expect(arena.takenBy(() => true)).toEqual([]);
    expect(queue.take()).toBeUndefined();
  });

  test('begin with the resource and define each scope once', () => {
    const { queue } = openQueue(UNLIMITED);
    for (const number of [1, 2, 3, 4]) push(queue, number);

    const kinds = queue.take()?.chunks.map((chunk) => Array.from(chunk.records(), ({ kind }) => kind));

    expect(kinds).toEqual([['resource', 'scope', 'item', 'scope', 'item', 'item', 'item']]);
  });

  test('hold an item only if what it needs beside it has room too', () => {
    for (let size = SLOT - 150; size < SLOT; size++) {
      const { queue } = openQueue(UNLIMITED);

      for (const [number, bytes] of [size, 8, 8].entries()) push(queue, number, bytes);

      expect(itemsIn(queue.take())).toEqual([0, 1, 2]);
    }
  });
});
