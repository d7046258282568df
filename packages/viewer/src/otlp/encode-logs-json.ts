import type { LogRecord } from '../log-record.ts';
import { encodeJsonRequest, jsonAttributes, jsonValue } from './encode-json-request.ts';

const LISTS = { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' } as const;

/** Writes log records as an `ExportLogsServiceRequest` in OTLP/JSON, for `/v1/logs` of a viewer or a Collector. */
export function encodeLogsJson(logs: readonly LogRecord[]): string {
  return encodeJsonRequest(logs, LISTS, jsonLog);
}

function jsonLog(log: LogRecord): object {
  const { traceId, spanId, severityNumber, severityText, droppedAttributesCount, eventName, flags } = log;
  return {
    traceId,
    spanId,
    timeUnixNano: String(log.timeUnixNano),
    observedTimeUnixNano: String(log.observedTimeUnixNano),
    severityNumber,
    severityText,
    body: jsonValue(log.body),
    attributes: jsonAttributes(log.attributes),
    droppedAttributesCount,
    eventName,
    flags,
  };
}
