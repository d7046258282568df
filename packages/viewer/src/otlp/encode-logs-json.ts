import type { AttributeValue, Attributes } from '../attribute-value.ts';
import type { LogRecord } from '../log-record.ts';
import type { Resource, Scope } from '../resource.ts';

/**
 * Writes log records as an `ExportLogsServiceRequest` in OTLP/JSON, for `/v1/logs` of a viewer or a Collector. Records
 * that share a resource and a scope stay together.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function encodeLogsJson(logs: readonly LogRecord[]): string {
  const batches = new Map<Resource, Map<Scope, LogRecord[]>>();
  for (const log of logs) {
    const scopes = batches.get(log.resource) ?? new Map<Scope, LogRecord[]>();
    const records = scopes.get(log.scope) ?? [];
    records.push(log);
    batches.set(log.resource, scopes.set(log.scope, records));
  }
  const resourceLogs = Array.from(batches, ([resource, scopes]) => ({
    resource: { attributes: keyValues(resource.attributes) },
    scopeLogs: Array.from(scopes, ([scope, records]) => ({ scope, logRecords: records.map(logRecord) })),
  }));
  return JSON.stringify({ resourceLogs });
}

function logRecord({ resource: _resource, scope: _scope, ...log }: LogRecord): object {
  return {
    ...log,
    timeUnixNano: String(log.timeUnixNano),
    observedTimeUnixNano: String(log.observedTimeUnixNano),
    body: anyValue(log.body),
    attributes: keyValues(log.attributes),
  };
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeValue): object {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return numberValue(value);
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (isList(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: keyValues(value) } };
}

function numberValue(value: number): object {
  if (Number.isSafeInteger(value)) return { intValue: String(value) };
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
}

const isList: (value: object) => value is readonly AttributeValue[] = Array.isArray;
