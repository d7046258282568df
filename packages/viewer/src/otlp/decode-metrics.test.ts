import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { readByReference } from '../../test/otlp-reference.ts';
import { damaged, metricsRequests } from '../../test/otlp-requests.ts';
import { encode, type Json } from '../../test/otlp-schema.ts';
import type { MetricRecord } from '../metric-record.ts';
import { decodeMetricsJson } from './decode-metrics-json.ts';
import { decodeMetrics } from './decode-metrics.ts';

const REQUEST = 'ExportMetricsServiceRequest';
const encoded = metricsRequests.map((request) => encode(REQUEST, request));

test('the metrics of a request that another protobuf library wrote are read as JSON has them', () => {
  fc.assert(
    fc.property(metricsRequests, (request) => {
      const decoded = decodeMetrics(encode(REQUEST, request));

      expect(decoded).toBeDefined();
      expect(decoded).toEqual(decodeMetricsJson(JSON.stringify(request)));
    }),
  );
});

test('valid, damaged and arbitrary bytes are taken or refused as by another protobuf library, with the same values', () => {
  let taken = 0;
  let refused = 0;

  fc.assert(
    fc.property(fc.oneof(damaged(encoded), encoded, fc.uint8Array({ maxLength: 40 })), (bytes) => {
      const ours = decodeMetrics(bytes);
      const theirs = readByReference(REQUEST, bytes);
      const expected = theirs === undefined ? undefined : decodeMetricsJson(JSON.stringify(theirs));

      expect(ours?.map(withoutEmpty)).toEqual(expected?.map(withoutEmpty));
      if (ours === undefined) refused += 1;
      else taken += 1;
    }),
    { numRuns: 1000 },
  );

  expect(Math.min(taken, refused)).toBeGreaterThan(150);
});

test('arbitrary text and arbitrary JSON never throw', () => {
  const names = [
    'metrics',
    'gauge',
    'sum',
    'histogram',
    'summary',
    'dataPoints',
    'asInt',
    'asDouble',
    'count',
    'flags',
  ];
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 8 },
      fc.jsonValue(),
      fc.array(tie('tree')),
      fc.dictionary(fc.constantFrom(...names), tie('tree')),
    ),
  }));

  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), tree, (body, metric) => {
      const request = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] });
      expect(() => [decodeMetricsJson(body), decodeMetricsJson(request)]).not.toThrow();
    }),
  );
});

test.each<[string, Json, object]>([
  ['a gauge', { gauge: { dataPoints: [{ asDouble: 0.5 }] } }, { type: 'gauge', points: [{ value: 0.5 }] }],
  ['a sum of integers', { sum: { dataPoints: [{ asInt: '-7' }] } }, { type: 'sum', points: [{ value: -7 }] }],
  [
    'a histogram',
    { histogram: { dataPoints: [{ count: '3', sum: 1.5, bucketCounts: ['1', '2'], explicitBounds: [1] }] } },
    { type: 'histogram', points: [{ count: 3, sum: 1.5 }] },
  ],
  [
    'a histogram without a sum',
    { exponentialHistogram: { dataPoints: [{ count: '3', positive: { bucketCounts: ['3'] } }] } },
    { type: 'exponentialHistogram', points: [{ count: 3 }] },
  ],
  [
    'a summary',
    { summary: { dataPoints: [{ count: '2', sum: 4 }] } },
    { type: 'summary', points: [{ count: 2, sum: 4 }] },
  ],
  ['a metric without data', {}, { type: undefined, points: [] }],
])('%s is read', (_what, data, expected) => {
  const metric = { name: 'm', unit: 's', description: 'd', ...(data as object) };
  const request = { resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] };

  for (const decoded of [decodeMetrics(encode(REQUEST, request)), decodeMetricsJson(JSON.stringify(request))]) {
    expect(decoded).toMatchObject([{ name: 'm', unit: 's', description: 'd', ...expected }]);
  }
});

test('metrics that were written by OpenTelemetry have every field they were given', () => {
  const point = (value: unknown) => ({
    startTime: [1_700_000_000, 0],
    endTime: [1_700_000_000, 1],
    attributes: { sku: 7 },
    value,
  });
  const resource = { attributes: { 'service.name': 'shop' }, getRawAttributes: () => [], merge: () => resource };
  const descriptor = { name: 'orders', description: 'Orders placed', unit: '{order}', valueType: 0 };
  const written = {
    resource,
    scopeMetrics: [
      {
        scope: { name: 'app', version: '1.2.3' },
        metrics: [
          { descriptor, aggregationTemporality: 1, dataPointType: 3, isMonotonic: true, dataPoints: [point(5)] },
          {
            descriptor,
            aggregationTemporality: 1,
            dataPointType: 0,
            dataPoints: [point({ count: 2, sum: 3, buckets: { boundaries: [1], counts: [1, 1] } })],
          },
        ],
      },
    ],
  } as unknown as Parameters<typeof ProtobufMetricsSerializer.serializeRequest>[0];

  const common = {
    name: 'orders',
    description: 'Orders placed',
    unit: '{order}',
    scope: { name: 'app', version: '1.2.3' },
  };
  const points = { attributes: { sku: 7 }, timeUnixNano: 1_700_000_000_000_000_001n, flags: 0 };
  const expected = [
    { ...common, type: 'sum', points: [{ ...points, value: 5 }], resource: { attributes: { 'service.name': 'shop' } } },
    { ...common, type: 'histogram', points: [{ ...points, count: 2, sum: 3 }] },
  ];
  expect(decodeMetrics(ProtobufMetricsSerializer.serializeRequest(written)!)).toMatchObject(expected);
  const json = Buffer.from(JsonMetricsSerializer.serializeRequest(written)!).toString();
  expect(decodeMetricsJson(json)).toMatchObject(expected);
});

test.each([
  ['{"resourceMetrics":1}', 'has resourceMetrics that is not a list of objects'],
  [metricJson({ gauge: { dataPoints: [{ asInt: 'x' }] } }), 'has asInt that is not an integer'],
  [metricJson({ gauge: { dataPoints: [{ asDouble: 'x' }] } }), 'has asDouble that is not a number'],
  [metricJson({ sum: { dataPoints: 7 } }), 'has dataPoints that is not a list of objects'],
])('the JSON %s is malformed and the field is named', (body, problem) => {
  const problems: string[] = [];

  expect(decodeMetricsJson(body, (told) => problems.push(told))).toBeUndefined();
  expect(problems).toEqual([problem]);
});

test('a packed list that ends within a number is malformed', () => {
  const delimited = (field: number, content: readonly number[]) => [(field << 3) | 2, content.length, ...content];
  const histogram = (bucketCounts: readonly number[]) => delimited(9, delimited(1, delimited(6, bucketCounts)));
  const request = (bucketCounts: readonly number[]) =>
    Buffer.from(delimited(1, delimited(2, delimited(2, histogram(bucketCounts)))));

  expect(decodeMetrics(request(Array(16).fill(0)))).toMatchObject([{ type: 'histogram', points: [{ count: 0 }] }]);
  expect(decodeMetrics(request(Array(15).fill(0)))).toBeUndefined();
});

function metricJson(metric: Json): string {
  return JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] });
}

/** JSON tells an empty field by leaving it out. */
function withoutEmpty(metric: MetricRecord): object {
  const plain = (object: object) =>
    Object.fromEntries(Object.entries(object).filter(([, value]) => value !== 0 && value !== undefined));
  return { ...plain(metric), points: metric.points.map(plain) };
}
