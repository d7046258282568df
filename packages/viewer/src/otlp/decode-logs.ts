import { emptyLog, type LogRecord } from '../log-record.ts';
import { emptyResource, type ResourceDraft, type Scope } from '../resource.ts';
import { ANY_VALUE, attributesField, RESOURCE, SCOPE } from './protobuf-attributes.ts';
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
  VARINT,
} from './protobuf-cursor.ts';

/**
 * Reads an `ExportLogsServiceRequest` in protobuf.
 *
 * @param onProblem hears what is wrong with a malformed request, as the end of a sentence: `is cut off at byte 7`
 * @returns its log records, or `undefined` when it is malformed; never throws
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto
 */
export function decodeLogs(bytes: Uint8Array, onProblem?: (problem: string) => void): LogRecord[] | undefined {
  const cursor = openCursor(bytes);
  const logs = readFields(cursor, REQUEST, []);
  if (cursor.problem === undefined) return logs;
  onProblem?.(cursor.problem);
  return undefined;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };
type Batch = { readonly logs: LogRecord[]; readonly resource: ResourceDraft };
type ScopedBatch = Batch & { readonly scope: Draft<Scope> };

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

const SCOPE_LOGS: MessageFields<ScopedBatch> = {
  1: { wireType: DELIMITED, read: ({ scope }, cursor) => readMessage(cursor, SCOPE, scope) },
  2: {
    wireType: DELIMITED,
    read: ({ logs, resource, scope }, cursor) =>
      logs.push(readMessage(cursor, LOG_RECORD, { ...emptyLog(), resource, scope })),
  },
};

const RESOURCE_LOGS: MessageFields<Batch> = {
  1: { wireType: DELIMITED, read: ({ resource }, cursor) => readMessage(cursor, RESOURCE, resource) },
  2: {
    wireType: DELIMITED,
    read: (batch, cursor) => readMessage(cursor, SCOPE_LOGS, { ...batch, scope: { name: '', version: '' } }),
  },
};

const REQUEST: MessageFields<LogRecord[]> = {
  1: {
    wireType: DELIMITED,
    read: (logs, cursor) => readMessage(cursor, RESOURCE_LOGS, { logs, resource: emptyResource() }),
  },
};
