import { createAttributes } from '../attribute-value.ts';
import type { MetricPoint, MetricRecord, MetricType } from '../metric-record.ts';
import { attributesField, KEY_VALUE_SHAPE } from './protobuf-attributes.ts';
import {
  checkMessage,
  checkPackedFixed64,
  checkPackedVarints,
  countRecord,
  DELIMITED,
  type FieldReader,
  FIXED64,
  type MessageFields,
  type MessageShape,
  readDouble,
  readFixed64,
  readMessage,
  readString,
  readUint32,
  VARINT,
} from './protobuf-cursor.ts';
import { requestReader } from './protobuf-request.ts';

/**
 * Reads an `ExportMetricsServiceRequest` in protobuf.
 *
 * @param onProblem hears what is wrong with a malformed request, as the end of a sentence: `is cut off at byte 7`
 * @returns its metrics, or `undefined` when it is malformed; never throws
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
 */
export function decodeMetrics(bytes: Uint8Array, onProblem?: (problem: string) => void): MetricRecord[] | undefined {
  return readRequest(bytes, onProblem);
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };
type MetricDraft = Draft<MetricRecord> & { points: MetricPoint[] };
type Point = FieldReader<Draft<MetricPoint>>;

const EXEMPLAR: MessageShape = { 7: KEY_VALUE_SHAPE };
const NOTHING_INSIDE: MessageShape = {};

const TIME: Point = { wireType: FIXED64, read: (point, cursor) => (point.timeUnixNano = readFixed64(cursor)) };
const COUNT: Point = { wireType: FIXED64, read: (point, cursor) => (point.count = Number(readFixed64(cursor))) };
const SUM: Point = { wireType: FIXED64, read: (point, cursor) => (point.sum = readDouble(cursor)) };
const FLAGS: Point = { wireType: VARINT, read: (point, cursor) => (point.flags = readUint32(cursor)) };

const NUMBER_POINT: MessageFields<Draft<MetricPoint>> = {
  3: TIME,
  4: { wireType: FIXED64, read: (point, cursor) => (point.value = readDouble(cursor)) },
  5: checked(EXEMPLAR),
  6: { wireType: FIXED64, read: (point, cursor) => (point.value = Number(BigInt.asIntN(64, readFixed64(cursor)))) },
  7: attributesField(),
  8: FLAGS,
};

const HISTOGRAM_POINT: MessageFields<Draft<MetricPoint>> = {
  3: TIME,
  4: COUNT,
  5: SUM,
  6: { wireType: DELIMITED, read: (_point, cursor) => checkPackedFixed64(cursor) }, // counts of the buckets
  7: { wireType: DELIMITED, read: (_point, cursor) => checkPackedFixed64(cursor) }, // their bounds
  8: checked(EXEMPLAR),
  9: attributesField(),
  10: FLAGS,
};

const BUCKETS: MessageFields<undefined> = {
  2: { wireType: DELIMITED, read: (_buckets, cursor) => checkPackedVarints(cursor) },
};
const BUCKETS_FIELD: Point = {
  wireType: DELIMITED,
  read: (_point, cursor) => readMessage(cursor, BUCKETS, undefined),
};

const EXPONENTIAL_POINT: MessageFields<Draft<MetricPoint>> = {
  1: attributesField(),
  3: TIME,
  4: COUNT,
  5: SUM,
  8: BUCKETS_FIELD,
  9: BUCKETS_FIELD,
  10: FLAGS,
  11: checked(EXEMPLAR),
};

const SUMMARY_POINT: MessageFields<Draft<MetricPoint>> = {
  3: TIME,
  4: COUNT,
  5: SUM,
  6: checked(NOTHING_INSIDE), // quantiles
  7: attributesField(),
  8: FLAGS,
};

const METRIC: MessageFields<MetricDraft> = {
  1: { wireType: DELIMITED, read: (metric, cursor) => (metric.name = readString(cursor)) },
  2: { wireType: DELIMITED, read: (metric, cursor) => (metric.description = readString(cursor)) },
  3: { wireType: DELIMITED, read: (metric, cursor) => (metric.unit = readString(cursor)) },
  5: data('gauge', NUMBER_POINT, { value: 0 }),
  7: data('sum', NUMBER_POINT, { value: 0 }),
  9: data('histogram', HISTOGRAM_POINT, { count: 0 }),
  10: data('exponentialHistogram', EXPONENTIAL_POINT, { count: 0 }),
  11: data('summary', SUMMARY_POINT, { count: 0, sum: 0 }),
  12: { wireType: DELIMITED, read: (_metric, cursor) => checkMessage(cursor, KEY_VALUE_SHAPE) }, // metadata
};

const readRequest = requestReader<MetricRecord>((cursor, resource, scope) => {
  const metric = { name: '', description: '', unit: '', type: undefined, points: [], resource, scope };
  return readMessage<MetricDraft>(cursor, METRIC, metric);
});

/** One member of the union `data`: the last one on the wire counts, and one in two parts is put together. */
function data(
  type: MetricType,
  fields: MessageFields<Draft<MetricPoint>>,
  empty: Partial<MetricPoint>,
): FieldReader<MetricDraft> {
  const points: MessageFields<MetricPoint[]> = {
    1: {
      wireType: DELIMITED,
      read(list, cursor) {
        countRecord(cursor);
        const point = { attributes: createAttributes(), timeUnixNano: 0n, flags: 0, ...empty };
        list.push(readMessage<Draft<MetricPoint>>(cursor, fields, point));
      },
    },
  };
  return {
    wireType: DELIMITED,
    read(metric, cursor) {
      if (metric.type !== type) metric.points = [];
      metric.type = type;
      readMessage(cursor, points, metric.points);
    },
  };
}

/** A message that is of no interest, but has to be well-formed. */
function checked(shape: MessageShape): Point {
  return { wireType: DELIMITED, read: (_point, cursor) => checkMessage(cursor, shape) };
}
