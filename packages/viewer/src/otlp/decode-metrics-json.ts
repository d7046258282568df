import type { MetricPoint, MetricRecord, MetricType } from '../metric-record.ts';
import type { Resource, Scope } from '../resource.ts';
import {
  attributesField,
  doubleField,
  integerField,
  type JsonObject,
  type JsonReader,
  numberField,
  objectField,
  recordsField,
  stringField,
  timeField,
} from './json-fields.ts';
import { readJsonRequest } from './json-request.ts';

const LISTS = { resources: 'resourceMetrics', scopes: 'scopeMetrics', items: 'metrics' } as const;
const TYPES: readonly MetricType[] = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];

/**
 * Reads an `ExportMetricsServiceRequest` in OTLP/JSON.
 *
 * @param onProblem hears what is wrong with a malformed request, as the end of a sentence
 * @returns its metrics, or `undefined` when it is malformed; never throws
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function decodeMetricsJson(text: string, onProblem?: (problem: string) => void): MetricRecord[] | undefined {
  return readJsonRequest(text, LISTS, jsonMetric, onProblem);
}

function jsonMetric(reader: JsonReader, metric: JsonObject, resource: Resource, scope: Scope): MetricRecord {
  const type = TYPES.find((each) => metric[each] != null);
  const points = type === undefined ? [] : recordsField(reader, objectField(reader, metric, type), 'dataPoints');
  const isNumber = type === 'gauge' || type === 'sum';
  return {
    name: stringField(reader, metric, 'name'),
    description: stringField(reader, metric, 'description'),
    unit: stringField(reader, metric, 'unit'),
    type,
    points: points.map((point) => ({
      attributes: attributesField(reader, point, 'attributes'),
      timeUnixNano: timeField(reader, point, 'timeUnixNano'),
      flags: numberField(reader, point, 'flags'),
      ...(isNumber ? valueOf(reader, point) : distributionOf(reader, point, type)),
    })),
    resource,
    scope,
  };
}

function valueOf(reader: JsonReader, point: JsonObject): Pick<MetricPoint, 'value'> {
  if (point['asInt'] != null) return { value: Number(BigInt.asIntN(64, integerField(reader, point, 'asInt'))) };
  return { value: point['asDouble'] == null ? 0 : doubleField(reader, point, 'asDouble') };
}

function distributionOf(reader: JsonReader, point: JsonObject, type: MetricType | undefined): Partial<MetricPoint> {
  const count = Number(BigInt.asUintN(64, integerField(reader, point, 'count')));
  const hasSum = point['sum'] != null;
  if (!hasSum && type !== 'summary') return { count };
  return { count, sum: hasSum ? doubleField(reader, point, 'sum') : 0 };
}
