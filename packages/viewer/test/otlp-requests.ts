import * as fc from 'fast-check';

import type { Json } from './otlp-schema.ts';

const id = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((octets) => Buffer.from(octets).toString('hex'));
const text16 = fc.string({ unit: 'grapheme', maxLength: 16 });
const uint64 = fc.bigInt(0n, 2n ** 64n - 1n).map(String);
const uint32 = fc.nat(2 ** 32 - 1);

const { any, keyValues } = fc.letrec<{ any: Json; keyValues: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.record({ stringValue: text16 }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String) }),
    fc.record({
      // JSON has no negative zero.
      doubleValue: fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        fc.constantFrom('NaN', '-Infinity'),
      ),
    }),
    fc.record({ bytesValue: fc.base64String({ maxLength: 16 }) }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('any'), { maxLength: 3 }) }) }),
    fc.record({ kvlistValue: fc.record({ values: tie('keyValues') }) }),
    fc.constant({}),
  ),
  keyValues: fc.array(fc.record({ key: text16, value: tie('any') }), { maxLength: 3 }),
}));

const optional = { requiredKeys: [] };
const resource = fc.record({ attributes: keyValues, droppedAttributesCount: uint32 }, optional);
const scope = fc.record({ name: text16, version: text16 }, optional);
const event = fc.record({ timeUnixNano: uint64, name: text16, attributes: keyValues }, optional);
const link = fc.record(
  { traceId: id(16), spanId: id(8), attributes: keyValues, droppedAttributesCount: uint32 },
  optional,
);
const span = fc.record(
  {
    traceId: id(16),
    spanId: id(8),
    parentSpanId: id(8),
    name: text16,
    kind: fc.nat(5),
    startTimeUnixNano: uint64,
    endTimeUnixNano: uint64,
    attributes: keyValues,
    droppedAttributesCount: uint32,
    events: fc.array(event, { maxLength: 2 }),
    droppedEventsCount: uint32,
    links: fc.array(link, { maxLength: 2 }),
    droppedLinksCount: uint32,
    status: fc.record({ code: fc.nat(2) }, optional),
  },
  optional,
);
const log = fc.record(
  {
    traceId: id(16),
    spanId: id(8),
    timeUnixNano: uint64,
    observedTimeUnixNano: uint64,
    severityNumber: fc.nat(24),
    severityText: text16,
    body: any,
    attributes: keyValues,
    droppedAttributesCount: uint32,
  },
  optional,
);
const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });
export const traceRequests = fc.record({
  resourceSpans: few(fc.record({ resource, scopeSpans: few(fc.record({ scope, spans: few(span) })) })),
}) as fc.Arbitrary<Json>;
export const logsRequests = fc.record({
  resourceLogs: few(fc.record({ resource, scopeLogs: few(fc.record({ scope, logRecords: few(log) })) })),
}) as fc.Arbitrary<Json>;

const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.constant('NaN'),
);
const sfixed64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String);
const exemplars = few(
  fc.record(
    { filteredAttributes: keyValues, timeUnixNano: uint64, asDouble: double, traceId: id(16), spanId: id(8) },
    optional,
  ),
);
const pointFields = { attributes: keyValues, startTimeUnixNano: uint64, timeUnixNano: uint64, flags: fc.nat(3) };
const numberPoints = few(
  fc.oneof(
    fc.record({ ...pointFields, asDouble: double, exemplars }, optional),
    fc.record({ ...pointFields, asInt: sfixed64 }, optional),
  ),
);
const buckets = fc.record({ offset: fc.integer(), bucketCounts: few(uint64) }, optional);
const distribution = { ...pointFields, count: uint64, sum: double };
const explicit = { ...distribution, bucketCounts: few(uint64), explicitBounds: few(double), exemplars, min: double };
const exponential = { ...distribution, scale: fc.integer(), positive: buckets, negative: buckets, exemplars };
const summary = { ...distribution, quantileValues: few(fc.record({ quantile: double, value: double }, optional)) };
const metricFields = { name: text16, description: text16, unit: text16, metadata: keyValues };
const metric = fc.oneof(
  fc.record({ ...metricFields, gauge: fc.record({ dataPoints: numberPoints }, optional) }, optional),
  fc.record(
    { ...metricFields, sum: fc.record({ dataPoints: numberPoints, isMonotonic: fc.boolean() }, optional) },
    optional,
  ),
  fc.record({ ...metricFields, histogram: pointsOf(explicit) }, optional),
  fc.record({ ...metricFields, exponentialHistogram: pointsOf(exponential) }, optional),
  fc.record({ ...metricFields, summary: pointsOf(summary) }, optional),
);
export const metricsRequests = fc.record({
  resourceMetrics: few(fc.record({ resource, scopeMetrics: few(fc.record({ scope, metrics: few(metric) })) })),
}) as fc.Arbitrary<Json>;

function pointsOf(fields: Record<string, fc.Arbitrary<unknown>>) {
  return fc.record({ dataPoints: few(fc.record(fields, { requiredKeys: [] })) }, { requiredKeys: [] });
}

/** A message with bytes changed, put in, taken out, doubled or cut off. */
export function damaged(messages: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const damage = fc.record({
    kind: fc.constantFrom('change', 'insert', 'remove', 'double', 'cut'),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 8 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
  });
  return fc.tuple(messages, fc.array(damage, { minLength: 1, maxLength: 3 })).map(([message, damages]) => {
    let bytes = Buffer.from(message);
    for (const { kind, at, length, bytes: others } of damages) {
      const from = at % (bytes.length + 1);
      const [before, part, after] = [
        bytes.subarray(0, from),
        bytes.subarray(from, from + length),
        bytes.subarray(from + length),
      ];
      if (kind === 'change') bytes = Buffer.concat([before, others, bytes.subarray(from + others.length)]);
      else if (kind === 'insert') bytes = Buffer.concat([before, others, part, after]);
      else if (kind === 'remove') bytes = Buffer.concat([before, after]);
      else if (kind === 'double') bytes = Buffer.concat([before, part, part, after]);
      else bytes = Buffer.from(before);
    }
    return bytes;
  });
}
