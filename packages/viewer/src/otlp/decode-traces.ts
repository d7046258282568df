import { isException, plainSpan, type SpanRecord } from '../span-record.ts';
import { LazySpan, SPAN } from './lazy-span.ts';
import { KEY_VALUE_SHAPE } from './protobuf-attributes.ts';
import {
  checkMessage,
  countRecord,
  DELIMITED,
  enterMessage,
  leaveMessage,
  type MessageFields,
  readFields,
  readId,
  readMessage,
  readString,
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
  return decodeTracesLazily(bytes, onProblem)?.map(plainSpan);
}

/**
 * Reads an `ExportTraceServiceRequest` in protobuf as `decodeTraces` does, and leaves attributes, events and links to be
 * decoded when someone asks for them. They are checked now: what is malformed anywhere is malformed here. The spans keep `bytes`.
 */
export function decodeTracesLazily(bytes: Uint8Array, onProblem?: (problem: string) => void): LazySpan[] | undefined {
  return readRequest(bytes, onProblem);
}

const ANY_EVENT: MessageFields<{ name: string }> = {
  2: { wireType: DELIMITED, read: (event, cursor) => (event.name = readString(cursor)) },
  3: { wireType: DELIMITED, read: (_event, cursor) => checkMessage(cursor, KEY_VALUE_SHAPE) },
};

const ANY_LINK: MessageFields<undefined> = {
  1: { wireType: DELIMITED, read: (_link, cursor) => readId(cursor, 16) },
  2: { wireType: DELIMITED, read: (_link, cursor) => readId(cursor, 8) },
  4: { wireType: DELIMITED, read: (_link, cursor) => checkMessage(cursor, KEY_VALUE_SHAPE) },
};

/** `SPAN`, with a check of all that is read later. */
const CHECKED_SPAN: MessageFields<LazySpan> = {
  ...SPAN,
  9: { wireType: DELIMITED, read: (_span, cursor) => checkMessage(cursor, KEY_VALUE_SHAPE) },
  11: {
    wireType: DELIMITED,
    read: (span, cursor) => {
      countRecord(cursor);
      span.hasEvents = true;
      if (isException(readMessage(cursor, ANY_EVENT, { name: '' }))) span.hasException = true;
    },
  },
  13: {
    wireType: DELIMITED,
    read: (span, cursor) => {
      countRecord(cursor);
      span.hasLinks = true;
      readMessage(cursor, ANY_LINK, undefined);
    },
  },
};

const readRequest = requestReader<LazySpan>((cursor, resource, scope) => {
  const outerEnd = enterMessage(cursor);
  const span = new LazySpan(cursor.bytes, cursor.position, cursor.end, resource, scope);
  readFields(cursor, CHECKED_SPAN, span);
  leaveMessage(cursor, outerEnd);
  return span;
});
