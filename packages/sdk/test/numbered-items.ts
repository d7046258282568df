import { expect } from 'vitest';

import { createArena, type Arena } from '../src/outbox/queue/arena.ts';
import { openChunk } from '../src/outbox/queue/chunk.ts';
import { createRecordQueue, type Batch, type QueueLimits, type RecordQueue } from '../src/outbox/queue/record-queue.ts';

export const SLOT: number = 64 * 1024;
/** The thread of the queue. */
export const OWN = 0;
export const UNLIMITED: QueueLimits = { maxBatchSize: 512, maxQueueSize: undefined };

/** @param onDropped is told how many, beside `dropped()`, which is how many in all */
export function openQueue(
  given: QueueLimits,
  slots = 4,
  onDropped: (count: number) => void = () => {},
): { queue: RecordQueue; arena: Arena; dropped(): number } {
  const arena = createArena(slots * SLOT);
  let lost = 0;
  const queue: RecordQueue = createRecordQueue(arena, { threadId: OWN, queue: 0 }, given, {
    resource: () => Buffer.from('resource'),
    makeRoom() {
      if (queue.oldestAge() === undefined) return false;
      queue.dropOldest();
      return true;
    },
    onDropped(count) {
      lost += count;
      onDropped(count);
    },
  });
  return { queue, arena, dropped: () => lost };
}

/** Adopts what a thread has left behind that recorded these. Returns what there was room for. */
export function adoptFrom(
  arena: Arena,
  queue: RecordQueue,
  threadId: number,
  items: readonly { readonly number: number; readonly size: number }[],
): number[] {
  const theirs = createRecordQueue(arena, { threadId, queue: 0 }, UNLIMITED, {
    resource: () => undefined,
    makeRoom: () => false,
    onDropped() {},
  });
  const pushed = items.filter(({ number, size }) => push(theirs, number, size, threadId));
  for (const run of arena.takenBy((thread) => thread === threadId)) if (run.adopt(OWN)) queue.adopt(openChunk(run));
  return pushed.map(({ number }) => number);
}

/** An item is its number, and fills the rest of its bytes with it. It has one of two scopes. */
export function push(queue: RecordQueue, number: number, size = 8, threadId = OWN): boolean {
  const id = 1 + (number % 2);
  const item = Buffer.alloc(size, number);
  item.writeDoubleLE(number);
  return queue.push({ id, definition: Buffer.from(`scope ${id} of ${threadId}`) }, item, size);
}

/** The numbers of the items, each of which must be whole and in its scope. */
export function itemsIn(batch: Batch | undefined): number[] {
  return (batch?.chunks ?? []).flatMap((chunk) => {
    const { run } = chunk;
    const scopes = new Map<number, string>();
    return Array.from(chunk.records()).flatMap(({ kind, id, buffer, start, end }) => {
      if (kind === 'scope') scopes.set(id, buffer.toString('utf8', start, end));
      if (kind !== 'item') return [];
      const number = buffer.readDoubleLE(start);
      expect(scopes.get(id)).toBe(`scope ${1 + (number % 2)} of ${run.threadId}`);
      expect(end).toBeLessThanOrEqual(buffer.length);
      expect(buffer.subarray(start + 8, end).every((byte) => byte === number % 256)).toBe(true);
      return [number];
    });
  });
}
