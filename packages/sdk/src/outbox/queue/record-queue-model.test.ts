import fc from 'fast-check';
import { expect, test } from 'vitest';

import { adoptFrom, itemsIn, openQueue, OWN, push, SLOT } from '../../../test/numbered-items.ts';
import type { Batch, QueueLimits } from './record-queue.ts';

const THREADS = 5;

test('whatever is done with a queue, each item leaves it once, and those of a thread in their order', () => {
  fc.assert(
    fc.property(
      limits(),
      fc.integer({ min: 1, max: 5 }),
      fc.array(step(), { maxLength: 80 }),
      (given, slots, steps) => {
        const run = startRun(given, slots);

        for (const { what, sizes, which } of steps) {
          run[what](sizes, which);
          run.check();
        }

        run.reclaim();
        while (run.queue.waiting() > 0) run.take();
        while (run.queue.count() > 0) run.remove([], 0);
        run.check();
        expect(run.left()).toEqual({ items: 0, bytes: 0, isArenaFree: true });
      },
    ),
    { numRuns: 300 },
  );
});

/** A queue beside a model of it: the items that wait, or were dropped since they did. They grow from item to item. */
function startRun(given: QueueLimits, slots: number) {
  const { queue, arena, dropped } = openQueue(given, slots);
  const inFlight: Batch[] = [];
  let waiting: number[] = [];
  let last = 0;
  let recorded = 0;
  let gone = 0;

  const nextOf = (threadId: number) => (last += 1) * THREADS + threadId;
  const giveUp = (which: number) => inFlight.splice(which % (inFlight.length + 1), 1);

  function record(items: readonly number[]): void {
    recorded += items.length;
    waiting.push(...items);
  }

  /** Those of one thread must leave in their order; what is missing in between must have been dropped. */
  function leave(items: readonly number[]): void {
    for (const threadId of new Set(items.map(threadOf))) {
      const isOfThread = (number: number) => threadOf(number) === threadId;
      const left = items.filter(isOfThread);
      expect(left).toEqual(waiting.filter((number) => left.includes(number)));
      waiting = waiting.filter((number) => !isOfThread(number) || number > (left.at(-1) as number));
    }
  }

  function waitAgain(batches: readonly Batch[]): void {
    waiting = [...waiting, ...batches.flatMap(itemsIn)].toSorted((one, other) => one - other);
  }

  return {
    queue,
    push(sizes: readonly number[]) {
      const items = sizes.map((size) => ({ number: nextOf(OWN), size }));
      for (const { number, size } of items) {
        if (!push(queue, number, size)) continue;
        record([number]);
        expect(queue.count()).toBeLessThanOrEqual(given.maxQueueSize ?? Infinity);
      }
    },
    adopt(sizes: readonly number[], which: number) {
      const threadId = 1 + (which % (THREADS - 1));
      record(
        adoptFrom(
          arena,
          queue,
          threadId,
          sizes.map((size) => ({ number: nextOf(threadId), size })),
        ),
      );
    },
    take() {
      const batch = queue.take();
      if (batch === undefined) return;
      leave(itemsIn(batch));
      expect(batch.count).toBe(itemsIn(batch).length);
      inFlight.push(batch);
    },
    remove(_: unknown, which: number) {
      for (const batch of giveUp(which)) {
        queue.remove(batch);
        gone += batch.count;
      }
    },
    giveBack(_: unknown, which: number) {
      const batches = giveUp(which);
      waitAgain(batches);
      for (const batch of batches) queue.giveBack(batch);
    },
    reclaim() {
      waitAgain(inFlight);
      queue.reclaim();
      for (const late of inFlight.splice(0)) queue.remove(late);
    },
    dropOldest: () => queue.dropOldest(),
    clear() {
      gone += queue.count();
      queue.clear();
      for (const late of inFlight.splice(0)) queue.giveBack(late);
      waiting = [];
    },
    check() {
      expect(recorded).toBe(gone + dropped() + queue.count());
      expect(queue.waiting()).toBe(queue.count() - inFlight.reduce((sum, { count }) => sum + count, 0));
      expect(waiting.length).toBeGreaterThanOrEqual(queue.waiting());
    },
    left: () => ({
      items: queue.count(),
      bytes: queue.bytes(),
      isArenaFree: arena.take(arena.maxBytes, { threadId: OWN, queue: 0 }) !== undefined,
    }),
  };
}

const threadOf = (number: number): number => number % THREADS;

function limits(): fc.Arbitrary<QueueLimits> {
  return fc.record({
    maxBatchSize: fc.integer({ min: 1, max: 20 }),
    maxQueueSize: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  });
}

function step() {
  const what = fc.constantFrom(
    'push',
    'push',
    'push',
    'take',
    'take',
    'remove',
    'giveBack',
    'adopt',
    'dropOldest',
    'reclaim',
    'clear',
  );
  const size = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 8, max: 600 }) },
    fc.integer({ min: 8, max: 2 * SLOT }),
  );
  return fc.record({ what, sizes: fc.array(size, { maxLength: 8 }), which: fc.nat() } as const);
}
