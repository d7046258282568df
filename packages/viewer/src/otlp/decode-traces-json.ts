import type { Resource, Scope } from '../resource.ts';
import type { SpanEvent, SpanLink, SpanRecord, SpanStatus } from '../span-record.ts';
import {
  attributesField,
  idField,
  int32Field,
  type JsonObject,
  type JsonReader,
  numberField,
  objectField,
  recordsField,
  stringField,
  timeField,
} from './json-fields.ts';
import { readJsonRequest } from './json-request.ts';

const LISTS = { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' } as const;

/**
 * Reads an `ExportTraceServiceRequest` in OTLP/JSON.
 *
 * @param onProblem hears what is wrong with a malformed request, as the end of a sentence
 * @returns its spans, or `undefined` when it is malformed; never throws
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function decodeTracesJson(text: string, onProblem?: (problem: string) => void): SpanRecord[] | undefined {
  return readJsonRequest(text, LISTS, jsonSpan, onProblem);
}

function jsonSpan(reader: JsonReader, span: JsonObject, resource: Resource, scope: Scope): SpanRecord {
  const parentSpanId = idField(reader, span, 'parentSpanId', 8);
  return {
    traceId: idField(reader, span, 'traceId', 16),
    spanId: idField(reader, span, 'spanId', 8),
    ...(parentSpanId !== '' && { parentSpanId }),
    ...traceStateAndFlags(reader, span),
    name: stringField(reader, span, 'name'),
    kind: int32Field(reader, span, 'kind'),
    startTimeUnixNano: timeField(reader, span, 'startTimeUnixNano'),
    endTimeUnixNano: timeField(reader, span, 'endTimeUnixNano'),
    attributes: attributesField(reader, span, 'attributes'),
    droppedAttributesCount: numberField(reader, span, 'droppedAttributesCount'),
    events: recordsField(reader, span, 'events').map((event) => jsonEvent(reader, event)),
    droppedEventsCount: numberField(reader, span, 'droppedEventsCount'),
    links: recordsField(reader, span, 'links').map((link) => jsonLink(reader, link)),
    droppedLinksCount: numberField(reader, span, 'droppedLinksCount'),
    status: jsonStatus(reader, objectField(reader, span, 'status')),
    resource,
    scope,
  };
}

function jsonEvent(reader: JsonReader, event: JsonObject): SpanEvent {
  return {
    timeUnixNano: timeField(reader, event, 'timeUnixNano'),
    name: stringField(reader, event, 'name'),
    attributes: attributesField(reader, event, 'attributes'),
    droppedAttributesCount: numberField(reader, event, 'droppedAttributesCount'),
  };
}

function jsonLink(reader: JsonReader, link: JsonObject): SpanLink {
  return {
    traceId: idField(reader, link, 'traceId', 16),
    spanId: idField(reader, link, 'spanId', 8),
    ...traceStateAndFlags(reader, link),
    attributes: attributesField(reader, link, 'attributes'),
    droppedAttributesCount: numberField(reader, link, 'droppedAttributesCount'),
  };
}

function jsonStatus(reader: JsonReader, status: JsonObject): SpanStatus {
  const code = int32Field(reader, status, 'code');
  return status['message'] == null ? { code } : { code, message: stringField(reader, status, 'message') };
}

function traceStateAndFlags(reader: JsonReader, object: JsonObject): { traceState?: string; flags?: number } {
  return {
    ...(object['traceState'] != null && { traceState: stringField(reader, object, 'traceState') }),
    ...(object['flags'] != null && { flags: numberField(reader, object, 'flags') }),
  };
}
