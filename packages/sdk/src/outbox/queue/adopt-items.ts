import { SLOT_BYTES, type Arena, type SlotRun } from './arena.ts';
import {
  firstBlockOf,
  ITEM,
  kindOf,
  lengthOf,
  NOTE,
  NOTHING,
  readChain,
  RESOURCE,
  SCOPE,
  USABLE_BLOCKS,
  wordsOf,
} from './block-layout.ts';

/** An item that another thread had put in its store, with definitions that it had for it. */
export interface AdoptedItem {
  /** The thread that put it. */
  readonly threadId: number;
  /** Index of the queue that the item would have gone to; it tells the encoding. */
  readonly queue: number;
  readonly resource: Uint8Array | undefined;
  readonly scope: Uint8Array;
  readonly bytes: Buffer;
}

/**
 * Takes over the stores of other threads: yields each item once that was put and not freed, in no order, and gives the
 * memory back at the end. A thread may have been terminated at any instant, and may even run on: then it is refused what
 * it wants to put, read or free from now on.
 *
 * @param adopter this thread
 * @param isWanted chooses the threads by their ids; this one must not be among them
 */
export function* adoptItems(
  arena: Arena,
  adopter: number,
  isWanted: (threadId: number) => boolean,
): Generator<AdoptedItem, void> {
  const all = arena.takenBy(() => true); // oldest first
  for (const root of arena.takenBy(isWanted)) {
    if (all.find((run) => isOfSameStore(run, root))?.age !== root.age) continue;
    if (!root.adopt(adopter)) continue; // another thread has the whole store, as it has its first run
    // The others belong to whom has the first, even if a thread that was about to adopt them has ended meanwhile.
    const runs = arena.takenBy(() => true).filter((run) => isOfSameStore(run, root) && run.age !== root.age);
    const adopted = [root, ...runs.filter((run) => run.adopt(adopter))];
    try {
      yield* itemsIn(arena, adopted);
    } finally {
      for (const run of adopted.toReversed()) run.free(); // the first one last
    }
  }
}

const isOfSameStore = (one: SlotRun, other: SlotRun): boolean =>
  one.threadId === other.threadId && one.queue === other.queue;

/** The first block of an item or definition, and its state. */
interface Beginning {
  readonly block: number;
  readonly state: number;
}

function* itemsIn(arena: Arena, runs: readonly SlotRun[]): Generator<AdoptedItem, void> {
  const data = Buffer.from(arena.memory, 0, arena.maxBytes);
  const words = new Int32Array(arena.memory, 0, arena.maxBytes / Int32Array.BYTES_PER_ELEMENT);
  const beginnings = runs.flatMap((run) => beginningsIn(run, words));
  const ofKind = (kind: number) => beginnings.filter(({ state }) => kindOf(state) === kind);
  const noteOf = ({ block }: Beginning) => words[wordsOf(block) + NOTE] as number;

  function copyOf({ block, state }: Beginning): Buffer | undefined {
    const length = lengthOf(state);
    if (length > data.length) return undefined;
    const found = readChain(words, data, block, length, NO_SPARE);
    return found === undefined ? undefined : Buffer.from(found);
  }

  const [latest] = ofKind(RESOURCE).toSorted((one, other) => noteOf(other) - noteOf(one));
  const resource = latest && copyOf(latest);
  const scopes = new Map(ofKind(SCOPE).map((beginning) => [noteOf(beginning), copyOf(beginning)]));
  const [{ threadId, queue }] = runs as [SlotRun];
  for (const beginning of ofKind(ITEM)) {
    const scope = scopes.get(noteOf(beginning));
    const bytes = copyOf(beginning);
    const { block, state } = beginning;
    // Whoever replaces the state has the item. If its thread has freed it, the bytes may have been others by then.
    const isOurs = Atomics.compareExchange(words, wordsOf(block), state, NOTHING) === state;
    if (isOurs && scope !== undefined && bytes !== undefined) yield { threadId, queue, resource, scope, bytes };
  }
}

const NO_SPARE = Buffer.alloc(0);

function beginningsIn(run: SlotRun, words: Int32Array): Beginning[] {
  if (run.used() === 0) return []; // its thread had no time to clear what an earlier owner left
  const first = firstBlockOf(run.bytes.byteOffset / SLOT_BYTES);
  const blocks = Array.from({ length: USABLE_BLOCKS }, (_, index) => first + index);
  return blocks
    .map((block) => ({ block, state: Atomics.load(words, wordsOf(block)) }))
    .filter(({ state }) => state !== NOTHING);
}
