import type { Arena, SlotOwner } from './arena.ts';
import { openChunk, RECORD_HEADER_BYTES, type Chunk } from './chunk.ts';
import { MAX_REQUEST_BYTES } from './max-request-bytes.ts';

/** What of one signal waits in this thread, oldest first, and what is being sent of it. Counts are of items. */
export interface RecordQueue {
  /** What waits or is in flight. */
  count(): number;
  bytes(): number;
  /** What waits and is not in flight. */
  waiting(): number;
  /**
   * Appends the first `length` bytes of `source`.
   *
   * @returns false when there is no room and nothing of this thread's own to drop for it
   */
  push(scope: Scope, source: Buffer, length: number): boolean;
  /** The oldest that waits, as much as one request may hold; it stays queued, in flight. */
  take(): Batch | undefined;
  /** Ends a batch: it is delivered, or given up for good. */
  remove(batch: Batch): void;
  /** A batch that could not be delivered waits again, in its old place. */
  giveBack(batch: Batch): void;
  /** What is in flight waits again: nobody will tell what becomes of it. */
  reclaim(): void;
  /** The age of what would be dropped first; undefined when nothing waits. */
  oldestAge(): number | undefined;
  /** Drops what waited longest, one chunk of it; says so to `onDropped`. */
  dropOldest(): void;
  clear(): void;
  /** Takes over what another thread has written. */
  adopt(chunk: Chunk): void;
}

/** What recorded an item, as its chunk needs it. */
export interface Scope {
  /** The same in all chunks of this thread. */
  readonly id: number;
  readonly definition: Uint8Array;
}

/** What one request carries. */
export interface Batch {
  readonly chunks: readonly Chunk[];
  readonly count: number;
}

export interface QueueLimits {
  /** Items in one request. */
  readonly maxBatchSize: number;
  /** Items that may wait; usually only the arena's bytes are limited. */
  readonly maxQueueSize: number | undefined;
}

export interface QueueHooks {
  /** The definition of the resource, once it is known. */
  resource(): Uint8Array | undefined;
  /** Drops the oldest of any signal of this thread; false when there is nothing to drop. */
  makeRoom(): boolean;
  /** That many items were dropped because the queue is full. */
  onDropped(count: number): void;
}

/** Scopes and lengths take room in a request beside the records; less than a tenth. */
const MAX_BATCH_BYTES = MAX_REQUEST_BYTES * 0.9;

export function createRecordQueue(arena: Arena, owner: SlotOwner, limits: QueueLimits, hooks: QueueHooks): RecordQueue {
  let chunks: Chunk[] = [];
  let count = 0;
  let inFlight = 0;

  const isWaiting = (chunk: Chunk) => !chunk.run.isInFlight();
  // An adopted chunk has the other thread's numbers for its scopes.
  const canGrow = (chunk: Chunk) => isWaiting(chunk) && chunk.run.threadId === owner.threadId;

  /** The last chunk, if that much more fits in, else a new one. */
  function chunkFor(bytes: number): Chunk | undefined {
    const last = chunks.at(-1);
    if (last !== undefined && last.count() < limits.maxBatchSize && last.hasRoomFor(bytes) && canGrow(last)) {
      return last;
    }
    const resource = hooks.resource();
    const chunk = openNew(bytes + (resource === undefined ? 0 : RECORD_HEADER_BYTES + resource.length));
    if (resource !== undefined) chunk?.define('resource', 0, resource);
    return chunk;
  }

  function openNew(bytes: number): Chunk | undefined {
    if (bytes > arena.maxBytes) return undefined;
    for (;;) {
      const run = arena.take(bytes, owner);
      if (run !== undefined) {
        const chunk = openChunk(run);
        chunks.push(chunk);
        return chunk;
      }
      if (!hooks.makeRoom()) return undefined;
    }
  }

  function keepToSize(maxQueueSize: number): void {
    while (count >= maxQueueSize) {
      const oldest = chunks.find(isWaiting);
      if (oldest === undefined) return;
      oldest.dropFirst();
      count -= 1;
      hooks.onDropped(1);
      if (oldest.count() === 0) discard([oldest]);
    }
  }

  function discard(those: readonly Chunk[]): void {
    chunks = chunks.filter((chunk) => !those.includes(chunk));
    for (const { run } of those) run.free();
  }

  /** A long outage leaves many chunks with little in them: what fits together becomes one. */
  function compact(): void {
    for (let index = chunks.length - 1; index > 0; index--) {
      const [into, from] = [chunks[index - 1], chunks[index]] as [Chunk, Chunk];
      const fits = into.hasRoomFor(from.bytes()) && into.count() + from.count() <= limits.maxBatchSize;
      if (!fits || !canGrow(into) || !canGrow(from)) continue;
      into.addAll(from);
      discard([from]);
    }
  }

  return {
    count: () => count,
    bytes: () => chunks.reduce((sum, chunk) => sum + chunk.bytes(), 0),
    waiting: () => count - inFlight,
    push(scope, source, length) {
      if (limits.maxQueueSize !== undefined) keepToSize(limits.maxQueueSize);
      const chunk = chunkFor(length + scope.definition.length + 2 * RECORD_HEADER_BYTES);
      if (chunk === undefined) return false;
      if (!chunk.isDefined(scope.id)) chunk.define('scope', scope.id, scope.definition);
      chunk.add(scope.id, source, length);
      count += 1;
      return true;
    },
    take() {
      const batch = takeFitting(chunks.filter(isWaiting), limits.maxBatchSize);
      for (const { run } of batch.chunks) run.setInFlight(true);
      inFlight += batch.count;
      return batch.chunks.length === 0 ? undefined : batch;
    },
    remove(batch) {
      discard(batch.chunks);
      inFlight -= batch.count;
      count -= batch.count;
    },
    giveBack(batch) {
      for (const { run } of batch.chunks) run.setInFlight(false);
      inFlight -= batch.count;
      compact();
    },
    reclaim() {
      for (const { run } of chunks) run.setInFlight(false);
      inFlight = 0;
    },
    oldestAge: () => chunks.find(isWaiting)?.run.age,
    dropOldest() {
      const oldest = chunks.find(isWaiting);
      if (oldest === undefined) return;
      count -= oldest.count();
      hooks.onDropped(oldest.count());
      discard([oldest]);
    },
    clear() {
      discard(chunks);
      count = 0;
      inFlight = 0;
    },
    adopt(chunk) {
      chunks.push(chunk);
      count += chunk.count();
    },
  };
}

/** The first chunks, as many as make one request; at least one, if there is one. */
function takeFitting(chunks: readonly Chunk[], maxCount: number): Batch {
  const taken: Chunk[] = [];
  let count = 0;
  let bytes = 0;
  for (const chunk of chunks) {
    bytes += chunk.bytes();
    if (taken.length > 0 && (count + chunk.count() > maxCount || bytes > MAX_BATCH_BYTES)) break;
    count += chunk.count();
    taken.push(chunk);
  }
  return { chunks: taken, count };
}
