import type { Arena, SlotOwner } from './arena.ts';
import { openChunk, RECORD_HEADER_BYTES, type Chunk } from './chunk.ts';
import { MAX_TAKEN_BYTES, MAX_TAKEN_ITEMS } from './max-request-bytes.ts';

/** This thread's queue for one signal: chunks that wait, oldest first, and batches in flight. Counts are of items. */
export interface RecordQueue {
  /** Items that wait or are in flight. */
  count(): number;
  bytes(): number;
  /** Items that wait and are not in flight. */
  waiting(): number;
  /**
   * Appends the first `length` bytes of `source`.
   *
   * @returns false when there is no room and nothing of this thread's own to drop for it
   */
  push(scope: Scope, source: Buffer, length: number): boolean;
  /** The oldest that waits, as much as one request may hold; it stays queued, in flight. */
  take(): Batch | undefined;
  /** Ends a batch: it is delivered, or given up for good. Of one that is not in flight any more nothing is changed. */
  remove(batch: Batch): void;
  /** A batch that could not be delivered waits again, in its old place. The same holds for one not in flight any more. */
  giveBack(batch: Batch): void;
  /** Lets items in flight wait again: nobody will report on them. */
  reclaim(): void;
  /** The age of what would be dropped first; undefined when nothing waits. */
  oldestAge(): number | undefined;
  /** Drops what waited longest, one chunk of it; says so to `onDropped`. */
  dropOldest(): void;
  clear(): void;
  /** Takes over what another thread has written; it waits in the order of its age. */
  adopt(chunk: Chunk): void;
}

/** Scope that recorded an item, as its chunk needs it. */
export interface Scope {
  /** The same in all chunks of this thread. */
  readonly id: number;
  readonly definition: Uint8Array;
}

/** Items of one request. */
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

// oxlint-disable-next-line max-lines-per-function -- its functions close over one queue; none is long
export function createRecordQueue(arena: Arena, owner: SlotOwner, limits: QueueLimits, hooks: QueueHooks): RecordQueue {
  let waiting: Chunk[] = []; // by age; only the youngest grows
  const inFlight = new Set<Batch>();
  let waitingCount = 0;
  let inFlightCount = 0;
  /** Age of the youngest chunk in flight. What is pushed must not go into an older one: it would leave before that. */
  let youngestInFlight = 0;

  const count = () => waitingCount + inFlightCount;
  // A chunk of another thread has that thread's numbers for its scopes, and one that another has adopted is not ours.
  const canGrow = ({ run }: Chunk) => run.threadId === owner.threadId && run.isOwn();

  /** The youngest chunk, if that much more fits in, else a new one. */
  function chunkFor(bytes: number): Chunk | undefined {
    const last = waiting.at(-1);
    const isYoungest = last !== undefined && last.run.age > youngestInFlight;
    if (isYoungest && last.count() < limits.maxBatchSize && last.hasRoomFor(bytes) && canGrow(last)) return last;
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
        waiting.push(chunk);
        return chunk;
      }
      if (!hooks.makeRoom()) return undefined;
    }
  }

  /** Makes room for one item; false when nothing waits that could be dropped for it. */
  function keepToSize(maxQueueSize: number): boolean {
    while (count() >= maxQueueSize) {
      const [oldest] = waiting;
      if (oldest === undefined) return false;
      oldest.dropFirst();
      waitingCount -= 1;
      if (oldest.count() === 0) discard(waiting.splice(0, 1));
      hooks.onDropped(1);
    }
    return true;
  }

  function wait(chunks: readonly Chunk[]): void {
    waiting = [...waiting, ...chunks].toSorted((one, other) => one.run.age - other.run.age);
  }

  function noteYoungestInFlight(): void {
    youngestInFlight = chunksOf(inFlight).reduce((age, { run }) => Math.max(age, run.age), 0);
  }

  /** A long outage leaves many chunks with little in them: what fits together becomes one. */
  function compact(): void {
    const agesInFlight = chunksOf(inFlight).map(({ run }) => run.age);
    for (let index = waiting.length - 1; index > 0; index--) {
      const [into, from] = waiting.slice(index - 1, index + 1) as [Chunk, Chunk];
      const fits = into.hasRoomFor(from.bytes()) && into.count() + from.count() <= limits.maxBatchSize;
      if (!fits || !canGrow(into) || !canGrow(from)) continue;
      if (agesInFlight.some((age) => age > into.run.age && age < from.run.age)) continue; // it may come back in between
      into.addAll(from);
      discard(waiting.splice(index, 1));
    }
  }

  return {
    count,
    bytes: () => sumOf([...waiting, ...chunksOf(inFlight)], (chunk) => chunk.bytes()),
    waiting: () => waitingCount,
    push(scope, source, length) {
      if (limits.maxQueueSize !== undefined && !keepToSize(limits.maxQueueSize)) return false;
      const chunk = chunkFor(length + scope.definition.length + 2 * RECORD_HEADER_BYTES);
      if (chunk === undefined) return false;
      if (!chunk.isDefined(scope.id)) chunk.define('scope', scope.id, scope.definition);
      chunk.add(scope.id, source, length);
      waitingCount += 1;
      return true;
    },
    take() {
      const chunks = waiting.splice(0, countFitting(waiting, limits.maxBatchSize));
      if (chunks.length === 0) return undefined;
      const batch = { chunks, count: sumOf(chunks, (chunk) => chunk.count()) };
      inFlight.add(batch);
      noteYoungestInFlight();
      waitingCount -= batch.count;
      inFlightCount += batch.count;
      return batch;
    },
    remove(batch) {
      if (!inFlight.delete(batch)) return;
      noteYoungestInFlight();
      discard(batch.chunks);
      inFlightCount -= batch.count;
    },
    giveBack(batch) {
      if (!inFlight.delete(batch)) return;
      noteYoungestInFlight();
      wait(batch.chunks);
      inFlightCount -= batch.count;
      waitingCount += batch.count;
      compact();
    },
    reclaim() {
      wait(chunksOf(inFlight));
      inFlight.clear();
      noteYoungestInFlight();
      waitingCount += inFlightCount;
      inFlightCount = 0;
    },
    oldestAge: () => waiting[0]?.run.age,
    dropOldest() {
      const [oldest] = waiting.splice(0, 1);
      if (oldest === undefined) return;
      waitingCount -= oldest.count();
      discard([oldest]);
      hooks.onDropped(oldest.count());
    },
    clear() {
      discard([...waiting, ...chunksOf(inFlight)]);
      waiting = [];
      inFlight.clear();
      noteYoungestInFlight();
      waitingCount = 0;
      inFlightCount = 0;
    },
    adopt(chunk) {
      if (chunk.count() === 0) return chunk.run.free();
      wait([chunk]);
      waitingCount += chunk.count();
    },
  };
}

/** How many of the first chunks make one request; at least one, if there is one. */
function countFitting(chunks: readonly Chunk[], maxCount: number): number {
  let count = 0;
  let bytes = 0;
  const beyond = chunks.findIndex((chunk) => {
    count += chunk.count();
    bytes += chunk.bytes();
    return count > Math.min(maxCount, MAX_TAKEN_ITEMS) || bytes > MAX_TAKEN_BYTES;
  });
  return beyond === -1 ? chunks.length : Math.max(1, beyond);
}

function discard(chunks: readonly Chunk[]): void {
  for (const { run } of chunks) run.free();
}

const chunksOf = (batches: ReadonlySet<Batch>): Chunk[] => [...batches].flatMap(({ chunks }) => chunks);

const sumOf = (chunks: readonly Chunk[], size: (chunk: Chunk) => number): number =>
  chunks.reduce((sum, chunk) => sum + size(chunk), 0);
