import type { LogRecord } from '../log-record.ts';
import type { Resource, Scope } from '../resource.ts';
import {
  anyValue,
  attributesField,
  idField,
  int32Field,
  type JsonObject,
  type JsonReader,
  numberField,
  objectField,
  stringField,
  timeField,
} from './json-fields.ts';
import { readJsonRequest } from './json-request.ts';

const LISTS = { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' } as const;

/**
 * Reads an `ExportLogsServiceRequest` in OTLP/JSON.
 *
 * @param onProblem hears what is wrong with a malformed request, as the end of a sentence
 * @returns its log records, or `undefined` when it is malformed; never throws
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function decodeLogsJson(text: string, onProblem?: (problem: string) => void): LogRecord[] | undefined {
  return readJsonRequest(text, LISTS, jsonLog, onProblem);
}

function jsonLog(reader: JsonReader, log: JsonObject, resource: Resource, scope: Scope): LogRecord {
  const traceId = idField(reader, log, 'traceId', 16);
  const spanId = idField(reader, log, 'spanId', 8);
  return {
    ...(traceId !== '' && { traceId }),
    ...(spanId !== '' && { spanId }),
    timeUnixNano: timeField(reader, log, 'timeUnixNano'),
    observedTimeUnixNano: timeField(reader, log, 'observedTimeUnixNano'),
    severityNumber: int32Field(reader, log, 'severityNumber'),
    severityText: stringField(reader, log, 'severityText'),
    body: anyValue(reader, objectField(reader, log, 'body'), 0),
    attributes: attributesField(reader, log, 'attributes'),
    droppedAttributesCount: numberField(reader, log, 'droppedAttributesCount'),
    ...(log['eventName'] != null && { eventName: stringField(reader, log, 'eventName') }),
    ...(log['flags'] != null && { flags: numberField(reader, log, 'flags') }),
    resource,
    scope,
  };
}
