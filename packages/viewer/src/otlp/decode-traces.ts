import { createAttributes } from '../attribute-value.ts';
import { emptySpan, type SpanEvent, type SpanLink, type SpanRecord, type SpanStatus } from '../span-record.ts';
import { attributesField } from './protobuf-attributes.ts';
import {
  DELIMITED,
  FIXED32,
  FIXED64,
  type MessageFields,
  readFixed32,
  readFixed64,
  readId,
  readInt32,
  readMessage,
  readString,
  readUint32,
  VARINT,
} from './protobuf-cursor.ts';
import { requestReader } from './protobuf-request.ts';

/**
 * Reads an `ExportTraceServiceRequest` in protobuf.
 *
 * @param onProblem hears what is wrong with a malformed request, as the end of a sentence: `is cut off at byte 7`
 * @returns its spans, or `undefined` when it is malformed; never throws
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function decodeTraces(bytes: Uint8Array, onProblem?: (problem: string) => void): SpanRecord[] | undefined {
  return readRequest(bytes, onProblem);
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };
type SpanDraft = Draft<SpanRecord> & { events: SpanEvent[]; links: SpanLink[]; status: Draft<SpanStatus> };

const STATUS: MessageFields<Draft<SpanStatus>> = {
  2: { wireType: DELIMITED, read: (status, cursor) => (status.message = readString(cursor)) },
  3: { wireType: VARINT, read: (status, cursor) => (status.code = readInt32(cursor)) },
};

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

const SPAN: MessageFields<SpanDraft> = {
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
  9: attributesField(),
  10: { wireType: VARINT, read: (span, cursor) => (span.droppedAttributesCount = readUint32(cursor)) },
  11: { wireType: DELIMITED, read: (span, cursor) => span.events.push(readMessage(cursor, EVENT, emptyEvent())) },
  12: { wireType: VARINT, read: (span, cursor) => (span.droppedEventsCount = readUint32(cursor)) },
  13: { wireType: DELIMITED, read: (span, cursor) => span.links.push(readMessage(cursor, LINK, emptyLink())) },
  14: { wireType: VARINT, read: (span, cursor) => (span.droppedLinksCount = readUint32(cursor)) },
  15: { wireType: DELIMITED, read: (span, cursor) => readMessage(cursor, STATUS, span.status) },
  16: { wireType: FIXED32, read: (span, cursor) => (span.flags = readFixed32(cursor)) },
};

const readRequest = requestReader<SpanRecord>((cursor, resource, scope) => {
  const span = { ...emptySpan(), events: [], links: [], status: { code: 0 }, resource, scope };
  return readMessage<SpanDraft>(cursor, SPAN, span);
});

function emptyEvent(): SpanEvent {
  return { timeUnixNano: 0n, name: '', attributes: createAttributes(), droppedAttributesCount: 0 };
}

function emptyLink(): SpanLink {
  return { traceId: '', spanId: '', attributes: createAttributes(), droppedAttributesCount: 0 };
}
