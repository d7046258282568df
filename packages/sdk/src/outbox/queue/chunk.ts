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
  return new RunChunk(run);
}

/** Methods on a prototype: with functions of its own each of the hundreds that wait in an outage would take ten times the memory. */
class RunChunk implements Chunk {
  readonly run: SlotRun;
  /** Ids of the scopes that are defined in it: a few. */
  readonly #scopes: number[] = [];
  #used: number;
  #count = 0;
  #skipped = 0;

  constructor(run: SlotRun) {
    this.run = run;
    this.#used = run.used();
    for (const { kind, id } of this.records()) this.#note(KINDS.indexOf(kind), id);
  }

  count(): number {
    return this.#count;
  }

  bytes(): number {
    return this.#used;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#used + bytes <= this.run.bytes.length;
  }

  define(kind: Definition, id: number, definition: Uint8Array): void {
    const source = Buffer.from(definition.buffer, definition.byteOffset, definition.byteLength);
    this.#write(KINDS.indexOf(kind), id, source, 0, source.length);
  }

  isDefined(id: number): boolean {
    return this.#scopes.includes(id);
  }

  add(scopeId: number, source: Buffer, length: number): void {
    this.#write(ITEM, scopeId, source, 0, length);
  }

  dropFirst(): void {
    this.#skipped += 1;
    this.#count -= 1;
  }

  addAll(other: Chunk): void {
    for (const { kind, id, buffer, start, end } of other.records()) {
      this.#write(KINDS.indexOf(kind), id, buffer, start, end);
    }
  }

  *records(): Generator<StoredRecord> {
    const { bytes } = this.run;
    let left = this.#skipped;
    for (let at = 0; at < this.#used;) {
      const head = bytes.readUInt32LE(at);
      const start = at + RECORD_HEADER_BYTES;
      const end = start + (head & LENGTH_MASK);
      const kind = KINDS[head >>> KIND_SHIFT] ?? 'item';
      if (kind !== 'item' || left-- <= 0) yield { kind, id: bytes.readUInt32LE(at + 4), buffer: bytes, start, end };
      at = end;
    }
  }

  #write(kind: number, id: number, source: Buffer, start: number, end: number): void {
    const { bytes } = this.run;
    bytes.writeUInt32LE((kind << KIND_SHIFT) | (end - start), this.#used);
    bytes.writeUInt32LE(id, this.#used + 4);
    this.#used += RECORD_HEADER_BYTES;
    this.#used += source.copy(bytes, this.#used, start, end);
    this.run.setUsed(this.#used); // last: what another thread reads is complete
    this.#note(kind, id);
  }

  #note(kind: number, id: number): void {
    if (kind === ITEM) this.#count += 1;
    else if (kind === SCOPE && !this.isDefined(id)) this.#scopes.push(id);
  }
}
