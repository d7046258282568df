import { LazySpan, readLazySpan } from '../otlp/lazy-span.ts';
import type { SpanRecord } from '../span-record.ts';
import { type Chain, createPagePool, PAGE_BYTES } from './page-pool.ts';
import type { SharedParts, WithParts } from './shared-parts.ts';
import { createSpanIndex, type SpanKey } from './span-index.ts';

/**
 * The spans of a store. Those that came in protobuf stay so, outside of V8's heap, and are read anew each time someone asks
 * for them: there are a hundred thousand, and few are looked at. Those in another form are kept as they are.
 */
export interface SpanMemory {
  has(spans: SpanChain, spanId: string): boolean;
  /** Bytes that adding the span would take, beside what it takes as an object. */
  cost(spans: SpanChain | undefined, span: SpanRecord): number;
  /** @returns the address of the span, for `at` */
  add(spans: SpanChain, span: SpanRecord, part: number): number;
  /** The span at an address, as long as its chain is not freed. */
  at(address: number): SpanRecord;
  /** The first `count` spans of a chain, without those before place `from`. */
  first(spans: SpanChain, count: number, from?: number): SpanRecord[];
  /** Copies the first `count` spans as they are. @returns a function that reads the copy, at any time */
  copy(spans: SpanChain, count: number): () => SpanRecord[];
  find(spans: SpanChain, spanId: string): SpanRecord | undefined;
  /** Forgets the spans of a chain, and calls back with the part of each. */
  free(spans: SpanChain, release: (part: number) => void): void;
  clear(): void;
}

/**
 * The spans of a trace in the order of arrival, as items of pages.
 *
 *     4 numbers                                      bytes
 *     part   · number of the chain · id in 2 halves  Span, in protobuf
 *     object · number of the chain · id in 2 halves  none
 */
export interface SpanChain extends Chain {
  /** Tells its spans from those of other traces. */
  readonly number: number;
  count: number;
}

/** A span in protobuf, as Latin-1, with what it shares with others. */
interface PackedSpan {
  readonly text: string;
  readonly parts: WithParts;
}

interface KeptObject {
  readonly span: SpanRecord;
  readonly part: number;
}

const NO_BYTES = Buffer.alloc(0);
/** Bytes that the index takes for a span. */
const INDEX_BYTES = 16;

// oxlint-disable-next-line max-lines-per-function -- its functions close over one memory; none is long
export function createSpanMemory(parts: Pick<SharedParts, 'of'>): SpanMemory {
  const pool = createPagePool();
  const index = createSpanIndex(keyAt);
  const objects = new Map<number, KeptObject>();
  let lastObject = 0;

  function keyAt(address: number): SpanKey {
    return [pool.number(address, 1), pool.number(address, 2), pool.number(address, 3)];
  }

  function objectAt(address: number): KeptObject | undefined {
    return pool.byteLength(address) === 0 ? objects.get(pool.number(address, 0)) : undefined;
  }

  function addressOf({ number }: SpanChain, spanId: string): number {
    const [high, low, isExact] = halvesOf(spanId);
    return index.find([number, high, low], (address) => isExact || objectAt(address)?.span.spanId === spanId);
  }

  function at(address: number): SpanRecord {
    const object = objectAt(address);
    if (object !== undefined) return object.span;
    return readPacked(packedAt(address));
  }

  function packedAt(address: number): PackedSpan {
    return { text: pool.bytes(address).toString('latin1'), parts: parts.of(pool.number(address, 0)) };
  }

  function placed(spans: SpanChain, address: number): number {
    index.add(address);
    spans.count += 1;
    return address;
  }

  return {
    has: (spans, spanId) => addressOf(spans, spanId) !== 0,
    cost(spans, span) {
      const byteLength = span instanceof LazySpan ? span.to - span.from : 0;
      return pool.pagesFor(spans, byteLength) * PAGE_BYTES + INDEX_BYTES;
    },
    add(spans, span, part) {
      const [high, low] = halvesOf(span.spanId);
      if (span instanceof LazySpan) {
        const numbers = [part, spans.number, high, low] as const;
        return placed(spans, pool.append(spans, numbers, span.bytes(), span.from, span.to));
      }
      lastObject = (lastObject + 1) | 0;
      objects.set(lastObject, { span, part });
      return placed(spans, pool.append(spans, [lastObject, spans.number, high, low], NO_BYTES, 0, 0));
    },
    at,
    first(spans, count, from = 0) {
      const found: SpanRecord[] = [];
      let address = pool.first(spans);
      for (let place = 0; place < count; place++, address = pool.next(spans, address)) {
        if (place >= from) found.push(at(address));
      }
      return found;
    },
    copy(spans, count) {
      const copies: (SpanRecord | PackedSpan)[] = [];
      for (let address = pool.first(spans); copies.length < count; address = pool.next(spans, address)) {
        copies.push(objectAt(address)?.span ?? packedAt(address));
      }
      return () => copies.map((copied) => ('text' in copied ? readPacked(copied) : copied));
    },
    find(spans, spanId) {
      const address = addressOf(spans, spanId);
      return address === 0 ? undefined : at(address);
    },
    free(spans, release) {
      for (let address = pool.first(spans); address !== 0; address = pool.next(spans, address)) {
        const object = objectAt(address);
        release(object?.part ?? pool.number(address, 0));
        if (object !== undefined) objects.delete(pool.number(address, 0));
        index.remove(address);
      }
      pool.free(spans);
    },
    clear() {
      pool.clear();
      index.clear();
      objects.clear();
    },
  };
}

function readPacked({ text, parts: { resource, scope } }: PackedSpan): LazySpan {
  return readLazySpan(text, resource, scope);
}

/** An id in two halves: exact for 16 hex digits, else a hash. */
function halvesOf(spanId: string): readonly [high: number, low: number, isExact: boolean] {
  if (spanId.length === 16) {
    const [high, low] = [hexWord(spanId, 0), hexWord(spanId, 8)];
    if (high !== undefined && low !== undefined) return [high, low, true];
  }
  let [high, low] = [0x811c9dc5, spanId.length];
  for (let i = 0; i < spanId.length; i++) {
    high = Math.imul(high ^ spanId.charCodeAt(i), 0x01000193);
    low = (Math.imul(low, 31) + spanId.charCodeAt(i)) | 0;
  }
  return [high | 0, low, false];
}

/** 8 lowercase hex digits as a signed number of 32 bits. */
function hexWord(text: string, from: number): number | undefined {
  let word = 0;
  for (let i = from; i < from + 8; i++) {
    const code = text.charCodeAt(i);
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
    if (digit === -1) return undefined;
    word = (word << 4) | digit;
  }
  return word;
}
