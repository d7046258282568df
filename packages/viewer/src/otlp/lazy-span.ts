import { type Attributes, createAttributes } from '../attribute-value.ts';
import type { Resource, Scope } from '../resource.ts';
import { isException, type SpanEvent, type SpanLink, type SpanRecord, type SpanStatus } from '../span-record.ts';
import {
  DELIMITED,
  FIXED32,
  FIXED64,
  type MessageFields,
  openCursor,
  readFields,
  readFixed32,
  readFixed64,
  readId,
  readInt32,
  readMessage,
  readString,
  readUint32,
  skipBytes,
  VARINT,
} from './protobuf-cursor.ts';
import { createRecentValues } from './recent-values.ts';
import { readSpanDetails, type SpanDetails } from './span-details.ts';

const NOTHING: SpanDetails = { attributes: createAttributes(), events: [], links: [] };
/** Statuses without a message, by code: nearly all. */
const STATUSES: readonly [SpanStatus, SpanStatus, SpanStatus] = [{ code: 0 }, { code: 1 }, { code: 2 }];
/** In bytes of protobuf, some thousand spans. Decoded they take about four times that. */
const MAX_RECENT_BYTES = 1024 * 1024;

/**
 * A span whose attributes, events and links are decoded when someone asks for them. A class, since they come by the
 * hundred thousand; its getters are no properties of its own, so `plainSpan` copies it and a spread does not.
 */
export class LazySpan implements SpanRecord {
  traceId: string = '';
  spanId: string = '';
  parentSpanId?: string;
  traceState?: string;
  flags?: number;
  name: string = '';
  kind: number = 0;
  startTimeUnixNano: bigint = 0n;
  endTimeUnixNano: bigint = 0n;
  droppedAttributesCount: number = 0;
  droppedEventsCount: number = 0;
  droppedLinksCount: number = 0;
  status: SpanStatus = STATUSES[0];
  hasException: boolean = false;
  hasEvents: boolean = false;
  hasLinks: boolean = false;
  readonly resource: Resource;
  readonly scope: Scope;
  /** Start and end of the `Span` in what holds it. */
  from: number;
  to: number;
  /** A message with the `Span` in it, or the `Span` alone as Latin-1: V8 keeps text without a buffer around it. */
  #source: Buffer | string;

  constructor(source: Buffer | string, from: number, to: number, resource: Resource, scope: Scope) {
    this.#source = source;
    this.from = from;
    this.to = to;
    this.resource = resource;
    this.scope = scope;
  }

  /** A buffer that has the `Span`, in protobuf and well-formed, at `from` up to `to`. */
  bytes(): Buffer {
    return typeof this.#source === 'string' ? Buffer.from(this.#source, 'latin1') : this.#source;
  }

  /** Lets go of the message that the span came in, which can be thousands of times as large. */
  detach(): void {
    if (typeof this.#source === 'string') return;
    this.#source = this.#source.toString('latin1', this.from, this.to);
    this.from = 0;
    this.to = this.#source.length;
  }

  get attributes(): Attributes {
    return details.of(this).attributes;
  }

  get events(): readonly SpanEvent[] {
    return this.hasEvents ? details.of(this).events : NOTHING.events;
  }

  get links(): readonly SpanLink[] {
    return this.hasLinks ? details.of(this).links : NOTHING.links;
  }
}

// A span that is drawn is asked for its attributes several times. A second copy of this module decodes once more, and no harm is done.
const details = createRecentValues<LazySpan, SpanDetails>(
  (span) => readSpanDetails(openCursor(span.bytes(), span.from, span.to)),
  ({ from, to }) => to - from,
  MAX_RECENT_BYTES,
);

const STATUS: MessageFields<{ code: number; message?: string }> = {
  2: { wireType: DELIMITED, read: (status, cursor) => (status.message = readString(cursor)) },
  3: { wireType: VARINT, read: (status, cursor) => (status.code = readInt32(cursor)) },
};

const EVENT_NAME: MessageFields<{ name: string }> = {
  2: { wireType: DELIMITED, read: (event, cursor) => (event.name = readString(cursor)) },
};

/** The fields of `Span` that are read at once. Of events and links, no more than that they are there. */
export const SPAN: MessageFields<LazySpan> = {
  1: { wireType: DELIMITED, read: (span, cursor) => (span.traceId = readId(cursor, 16)) },
  2: { wireType: DELIMITED, read: (span, cursor) => (span.spanId = readId(cursor, 8)) },
  3: { wireType: DELIMITED, read: (span, cursor) => (span.traceState = readString(cursor)) },
  4: {
    wireType: DELIMITED,
    read: (span, cursor) => {
      const parentSpanId = readId(cursor, 8);
      if (parentSpanId !== '') span.parentSpanId = parentSpanId;
    },
  },
  5: { wireType: DELIMITED, read: (span, cursor) => (span.name = readString(cursor)) },
  6: { wireType: VARINT, read: (span, cursor) => (span.kind = readInt32(cursor)) },
  7: { wireType: FIXED64, read: (span, cursor) => (span.startTimeUnixNano = readFixed64(cursor)) },
  8: { wireType: FIXED64, read: (span, cursor) => (span.endTimeUnixNano = readFixed64(cursor)) },
  10: { wireType: VARINT, read: (span, cursor) => (span.droppedAttributesCount = readUint32(cursor)) },
  11: {
    wireType: DELIMITED,
    read: (span, cursor) => {
      span.hasEvents = true;
      if (isException(readMessage(cursor, EVENT_NAME, { name: '' }))) span.hasException = true;
    },
  },
  12: { wireType: VARINT, read: (span, cursor) => (span.droppedEventsCount = readUint32(cursor)) },
  13: {
    wireType: DELIMITED,
    read: (span, cursor) => {
      span.hasLinks = true;
      skipBytes(cursor);
    },
  },
  14: { wireType: VARINT, read: (span, cursor) => (span.droppedLinksCount = readUint32(cursor)) },
  15: {
    wireType: DELIMITED,
    read: (span, cursor) => (span.status = shared(readMessage(cursor, STATUS, { ...span.status }))),
  },
  16: { wireType: FIXED32, read: (span, cursor) => (span.flags = readFixed32(cursor)) },
};

/** Reads a span from its bytes as Latin-1, which have been checked. */
export function readLazySpan(text: string, resource: Resource, scope: Scope): LazySpan {
  const span = new LazySpan(text, 0, text.length, resource, scope);
  return readFields(openCursor(span.bytes()), SPAN, span);
}

function shared(status: SpanStatus): SpanStatus {
  return status.message === undefined ? (STATUSES[status.code] ?? status) : status;
}
