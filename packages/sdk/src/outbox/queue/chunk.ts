import type { SlotRun } from './arena.ts';

/**
 * A run of slots with records in it, one after the other. It can be read without the thread that wrote it: what a
 * record refers to (its scope, the resource) is defined before it in the same chunk.
 */
export interface Chunk {
  readonly run: SlotRun;
  /** How many items (spans, log records, collections of metrics) are in it. */
  count(): number;
  bytes(): number;
  hasRoomFor(bytes: number): boolean;
  define(kind: Definition, id: number, definition: Uint8Array): void;
  isDefined(id: number): boolean;
  /** @param length of the item: it stands at the start of `source`, which may be longer */
  add(scopeId: number, source: Buffer, length: number): void;
  /** Forgets the oldest item, without giving back its bytes. */
  dropFirst(): void;
  /** Copies what is in `other`, for which there must be room. */
  addAll(other: Chunk): void;
  records(): Iterable<StoredRecord>;
}

type Definition = 'resource' | 'scope';

/** Where a record stands: `buffer.subarray(start, end)`. */
export interface StoredRecord {
  readonly kind: Definition | 'item';
  /** An item's scope, or a scope's own id. */
  readonly id: number;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

const KINDS = ['item', 'scope', 'resource'] as const;
const ITEM = 0;
const SCOPE = 1;

/** Before each record: its length with its kind in the highest byte, and its id; little endian. */
export const RECORD_HEADER_BYTES = 8;
const KIND_SHIFT = 24;
const LENGTH_MASK = 0xff_ff_ff;

/** The chunk in `run`, with what is in it already when another thread wrote it. */
export function openChunk(run: SlotRun): Chunk {
  const { bytes } = run;
  const defined = new Set<number>();
  let used = run.used();
  let count = 0;
  let skipped = 0;

  function write(kind: number, id: number, source: Buffer, start: number, end: number): void {
    bytes.writeUInt32LE((kind << KIND_SHIFT) | (end - start), used);
    bytes.writeUInt32LE(id, used + 4);
    used += RECORD_HEADER_BYTES;
    used += source.copy(bytes, used, start, end);
    run.setUsed(used); // last: what another thread reads is complete
    note(kind, id);
  }

  function note(kind: number, id: number): void {
    if (kind === ITEM) count += 1;
    else if (kind === SCOPE) defined.add(id);
  }

  function* records(): Generator<StoredRecord> {
    let left = skipped;
    for (let at = 0; at < used;) {
      const head = bytes.readUInt32LE(at);
      const start = at + RECORD_HEADER_BYTES;
      const end = start + (head & LENGTH_MASK);
      const kind = KINDS[head >>> KIND_SHIFT] ?? 'item';
      if (kind !== 'item' || left-- <= 0) yield { kind, id: bytes.readUInt32LE(at + 4), buffer: bytes, start, end };
      at = end;
    }
  }

  for (const { kind, id } of records()) note(KINDS.indexOf(kind), id);
  return {
    run,
    count: () => count,
    bytes: () => used,
    hasRoomFor: (length) => used + length <= bytes.length,
    define(kind, id, definition) {
      const source = Buffer.from(definition.buffer, definition.byteOffset, definition.byteLength);
      write(KINDS.indexOf(kind), id, source, 0, source.length);
    },
    isDefined: (id) => defined.has(id),
    add: (scopeId, source, length) => write(ITEM, scopeId, source, 0, length),
    dropFirst() {
      skipped += 1;
      count -= 1;
    },
    addAll(other) {
      for (const { kind, id, buffer, start, end } of other.records()) {
        write(KINDS.indexOf(kind), id, buffer, start, end);
      }
    },
    records,
  };
}
