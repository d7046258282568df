import { emptyLog, type LogRecord } from '../log-record.ts';
import { ANY_VALUE, attributesField } from './protobuf-attributes.ts';
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
 * Reads an `ExportLogsServiceRequest` in protobuf.
 *
 * @param onProblem hears what is wrong with a malformed request, as the end of a sentence: `is cut off at byte 7`
 * @returns its log records, or `undefined` when it is malformed; never throws
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto
 */
export function decodeLogs(bytes: Uint8Array, onProblem?: (problem: string) => void): LogRecord[] | undefined {
  return readRequest(bytes, onProblem);
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

const LOG_RECORD: MessageFields<Draft<LogRecord>> = {
  1: { wireType: FIXED64, read: (log, cursor) => (log.timeUnixNano = readFixed64(cursor)) },
  2: { wireType: VARINT, read: (log, cursor) => (log.severityNumber = readInt32(cursor)) },
  3: { wireType: DELIMITED, read: (log, cursor) => (log.severityText = readString(cursor)) },
  5: {
    wireType: DELIMITED,
    read: (log, cursor) => (log.body = readMessage(cursor, ANY_VALUE, { value: log.body }).value),
  },
  6: attributesField(),
  7: { wireType: VARINT, read: (log, cursor) => (log.droppedAttributesCount = readUint32(cursor)) },
  8: { wireType: FIXED32, read: (log, cursor) => (log.flags = readFixed32(cursor)) },
  9: {
    wireType: DELIMITED,
    read: (log, cursor) => {
      const traceId = readId(cursor, 16);
      if (traceId !== '') log.traceId = traceId;
    },
  },
  10: {
    wireType: DELIMITED,
    read: (log, cursor) => {
      const spanId = readId(cursor, 8);
      if (spanId !== '') log.spanId = spanId;
    },
  },
  11: { wireType: FIXED64, read: (log, cursor) => (log.observedTimeUnixNano = readFixed64(cursor)) },
  12: { wireType: DELIMITED, read: (log, cursor) => (log.eventName = readString(cursor)) },
};

const readRequest = requestReader<LogRecord>((cursor, resource, scope) =>
  readMessage(cursor, LOG_RECORD, { ...emptyLog(), resource, scope }),
);
