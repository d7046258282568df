import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';

import { writeAnyValue, writeAttributes } from './attribute-encoder.ts';
import { writeSpanId, writeTraceId } from './hex-id.ts';
import {
  closeMessage,
  DELIMITED,
  FIXED32,
  FIXED64,
  openMessage,
  type ProtobufWriter,
  tagOf,
  VARINT,
  writeFixed32,
  writeString,
  writeUint32,
} from './protobuf-writer.ts';
import { writeUnixNano } from './unix-nano.ts';

const TIME = tagOf(1, FIXED64);
const SEVERITY_NUMBER = tagOf(2, VARINT);
const SEVERITY_TEXT = tagOf(3, DELIMITED);
const BODY = tagOf(5, DELIMITED);
const ATTRIBUTES = tagOf(6, DELIMITED);
const DROPPED_ATTRIBUTES_COUNT = tagOf(7, VARINT);
const FLAGS = tagOf(8, FIXED32);
const TRACE_ID = tagOf(9, DELIMITED);
const SPAN_ID = tagOf(10, DELIMITED);
const OBSERVED_TIME = tagOf(11, FIXED64);
const EVENT_NAME = tagOf(12, DELIMITED);

/**
 * Writes the body of an OTLP `LogRecord`, without its tag and length: the bytes that OpenTelemetry's serializer writes.
 *
 * @throws a `RecordTooLargeError`, or what a getter of the record throws
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto
 */
export function encodeLogRecord(record: ReadableLogRecord, writer: ProtobufWriter): void {
  const { severityNumber, severityText, body, spanContext, eventName } = record;
  writeUnixNano(writer, TIME, record.hrTime);
  if (severityNumber) writeUint32(writer, SEVERITY_NUMBER, severityNumber);
  if (severityText) writeString(writer, SEVERITY_TEXT, severityText);
  if (body !== undefined) writeBody(writer, body);
  writeAttributes(writer, ATTRIBUTES, record.attributes);
  writeUint32(writer, DROPPED_ATTRIBUTES_COUNT, record.droppedAttributesCount);
  if (spanContext?.traceFlags) writeFixed32(writer, FLAGS, spanContext.traceFlags);
  if (spanContext?.traceId) writeTraceId(writer, TRACE_ID, spanContext.traceId);
  if (spanContext?.spanId) writeSpanId(writer, SPAN_ID, spanContext.spanId);
  writeUnixNano(writer, OBSERVED_TIME, record.hrTimeObserved);
  if (eventName) writeString(writer, EVENT_NAME, eventName);
}

function writeBody(writer: ProtobufWriter, body: unknown): void {
  const start = openMessage(writer, BODY);
  writeAnyValue(writer, body);
  closeMessage(writer, start);
}
