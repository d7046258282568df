import type { SpanEvent, SpanLink, SpanRecord } from '../span-record.ts';
import { encodeJsonRequest, jsonAttributes } from './encode-json-request.ts';

const LISTS = { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' } as const;

/** Writes spans as an `ExportTraceServiceRequest` in OTLP/JSON, for `/v1/traces` of a viewer or a Collector. */
export function encodeTracesJson(spans: readonly SpanRecord[]): string {
  return encodeJsonRequest(spans, LISTS, jsonSpan);
}

function jsonSpan(span: SpanRecord): object {
  const { traceId, spanId, parentSpanId, traceState, flags, name, kind, status } = span;
  return {
    traceId,
    spanId,
    parentSpanId,
    traceState,
    flags,
    name,
    kind,
    startTimeUnixNano: String(span.startTimeUnixNano),
    endTimeUnixNano: String(span.endTimeUnixNano),
    attributes: jsonAttributes(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map(jsonEvent),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links.map(jsonLink),
    droppedLinksCount: span.droppedLinksCount,
    status,
  };
}

function jsonEvent({ timeUnixNano, name, attributes, droppedAttributesCount }: SpanEvent): object {
  return {
    timeUnixNano: String(timeUnixNano),
    name,
    attributes: jsonAttributes(attributes),
    droppedAttributesCount,
  };
}

function jsonLink({ traceId, spanId, traceState, flags, attributes, droppedAttributesCount }: SpanLink): object {
  return { traceId, spanId, traceState, flags, attributes: jsonAttributes(attributes), droppedAttributesCount };
}
