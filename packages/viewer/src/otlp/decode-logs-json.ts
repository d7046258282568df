import type { LogRecord } from '../log-record.ts';
import type { Resource, Scope } from '../resource.ts';
import {
  anyValue,
  attributesField,
  idField,
  type JsonObject,
  type JsonReader,
  listField,
  numberField,
  objectField,
  parseJsonObject,
  stringField,
  timeField,
} from './json-fields.ts';
import { jsonResource, jsonScope } from './json-resource.ts';

/**
 * Reads an `ExportLogsServiceRequest` in OTLP/JSON.
 *
 * @param onProblem hears what is wrong with a malformed request, as the end of a sentence
 * @returns its log records, or `undefined` when it is malformed; never throws
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function decodeLogsJson(text: string, onProblem?: (problem: string) => void): LogRecord[] | undefined {
  const reader: JsonReader = { problem: undefined };
  const logs: LogRecord[] = [];
  const request = parseJsonObject(reader, text) ?? {};
  for (const resourceLogs of listField(reader, request, 'resourceLogs')) {
    const resource = jsonResource(reader, resourceLogs);
    for (const scopeLogs of listField(reader, resourceLogs, 'scopeLogs')) {
      const scope = jsonScope(reader, scopeLogs);
      for (const log of listField(reader, scopeLogs, 'logRecords')) logs.push(jsonLog(reader, log, resource, scope));
    }
  }
  if (reader.problem === undefined) return logs;
  onProblem?.(reader.problem);
  return undefined;
}

function jsonLog(reader: JsonReader, log: JsonObject, resource: Resource, scope: Scope): LogRecord {
  const traceId = idField(reader, log, 'traceId', 16);
  const spanId = idField(reader, log, 'spanId', 8);
  return {
    ...(traceId !== '' && { traceId }),
    ...(spanId !== '' && { spanId }),
    timeUnixNano: timeField(reader, log, 'timeUnixNano'),
    observedTimeUnixNano: timeField(reader, log, 'observedTimeUnixNano'),
    severityNumber: numberField(reader, log, 'severityNumber'),
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
