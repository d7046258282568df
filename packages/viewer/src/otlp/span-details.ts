import { createAttributes } from '../attribute-value.ts';
import type { SpanEvent, SpanLink, SpanRecord } from '../span-record.ts';
import { attributesField } from './protobuf-attributes.ts';
import {
  type Cursor,
  DELIMITED,
  FIXED32,
  FIXED64,
  type MessageFields,
  readFields,
  readFixed32,
  readFixed64,
  readId,
  readMessage,
  readString,
  readUint32,
  VARINT,
} from './protobuf-cursor.ts';

/** The parts of a span that are seldom looked at and take most of its memory. */
export interface SpanDetails extends Pick<SpanRecord, 'attributes' | 'events' | 'links'> {
  readonly events: SpanEvent[];
  readonly links: SpanLink[];
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

const LINK: MessageFields<Draft<SpanLink>> = {
  1: { wireType: DELIMITED, read: (link, cursor) => (link.traceId = readId(cursor, 16)) },
  2: { wireType: DELIMITED, read: (link, cursor) => (link.spanId = readId(cursor, 8)) },
  3: { wireType: DELIMITED, read: (link, cursor) => (link.traceState = readString(cursor)) },
  4: attributesField(),
  5: { wireType: VARINT, read: (link, cursor) => (link.droppedAttributesCount = readUint32(cursor)) },
  6: { wireType: FIXED32, read: (link, cursor) => (link.flags = readFixed32(cursor)) },
};

const EVENT: MessageFields<Draft<SpanEvent>> = {
  1: { wireType: FIXED64, read: (event, cursor) => (event.timeUnixNano = readFixed64(cursor)) },
  2: { wireType: DELIMITED, read: (event, cursor) => (event.name = readString(cursor)) },
  3: attributesField(),
  4: { wireType: VARINT, read: (event, cursor) => (event.droppedAttributesCount = readUint32(cursor)) },
};

const DETAILS: MessageFields<SpanDetails> = {
  9: attributesField(),
  11: { wireType: DELIMITED, read: ({ events }, cursor) => events.push(readMessage(cursor, EVENT, emptyEvent())) },
  13: { wireType: DELIMITED, read: ({ links }, cursor) => links.push(readMessage(cursor, LINK, emptyLink())) },
};

/** Reads the attributes, events and links of a `Span`, and skips the rest. */
export function readSpanDetails(cursor: Cursor): SpanDetails {
  return readFields(cursor, DETAILS, { attributes: createAttributes(), events: [], links: [] });
}

function emptyEvent(): SpanEvent {
  return { timeUnixNano: 0n, name: '', attributes: createAttributes(), droppedAttributesCount: 0 };
}

function emptyLink(): SpanLink {
  return { traceId: '', spanId: '', attributes: createAttributes(), droppedAttributesCount: 0 };
}
