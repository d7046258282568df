import { createTraceState, type Attributes, type HrTime } from '@opentelemetry/api';
import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { emptyResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { encodeLogRecord } from './log-encoder.ts';
import { createProtobufWriter } from './protobuf-writer.ts';
import { encodeResource, encodeScope } from './scope-encoder.ts';
import { encodeSpan } from './span-encoder.ts';

const REQUIRED_OF_LOGS = [
  'hrTime',
  'hrTimeObserved',
  'resource',
  'instrumentationScope',
  'attributes',
  'droppedAttributesCount',
] satisfies (keyof ReadableLogRecord)[];

const writer = createProtobufWriter(2 ** 25);

describe('a span is the bytes that OpenTelemetry writes', () => {
  test('whatever is in it and was in the one before', () => {
    fc.assert(
      fc.property(spans(), (span) => {
        expect(traceRequest(span)).toBe(upstreamTraceRequest(span));
      }),
      { numRuns: 200 },
    );
  });

  const sizes = [23, 24, 25, 126, 127, 128, 129, 1023, 1024, 1025, 16_383, 16_384, 70_000, 2_100_000];
  test.each(sizes)('when a text in it has %i characters', (size) => {
    const texts = {
      ascii: 'a'.repeat(size),
      latin: 'é'.repeat(size),
      'two units': '🧶'.repeat(size),
      ['k'.repeat(size)]: 1,
    };

    const span = spanWith({ name: texts.latin, attributes: texts });

    expect(traceRequest(span)).toBe(upstreamTraceRequest(span));
  });

  test('when there are more keys than are remembered', () => {
    const keys = Array.from({ length: 2500 }, (_, index) => `key.${index}${'é'.repeat(index % 100)}`);

    const span = spanWith({ attributes: Object.fromEntries(keys.map((key) => [key, key])) });

    expect(traceRequest(span)).toBe(upstreamTraceRequest(span));
    expect(traceRequest(span)).toBe(upstreamTraceRequest(span));
  });

  test('when values are in seven arrays and maps', () => {
    const span = spanWith({ attributes: { deep: [{ a: [{ a: [{ a: ['value', 7] }] }] }] } });

    expect(traceRequest(span)).toBe(upstreamTraceRequest(span));
  });
});

describe('a log record is the bytes that OpenTelemetry writes', () => {
  test('whatever is in it', () => {
    fc.assert(
      fc.property(logRecords(), (record) => {
        expect(logsRequest(record)).toBe(upstreamLogsRequest(record));
      }),
      { numRuns: 200 },
    );
  });
});

function traceRequest(span: ReadableSpan): string {
  writer.reset();
  encodeSpan(span, writer);
  return request(span).toString('hex');
}

function logsRequest(record: ReadableLogRecord): string {
  writer.reset();
  encodeLogRecord(record, writer);
  return request(record).toString('hex');
}

function upstreamTraceRequest(span: ReadableSpan): string {
  return Buffer.from(ProtobufTraceSerializer.serializeRequest([span])!).toString('hex');
}

function upstreamLogsRequest(record: ReadableLogRecord): string {
  return Buffer.from(ProtobufLogsSerializer.serializeRequest([record])!).toString('hex');
}

/** The request with what was written. Those of traces and of logs have their fields in the same places. */
function request({ resource, instrumentationScope }: ReadableSpan | ReadableLogRecord): Buffer {
  const record = writer.buffer.subarray(0, writer.position);
  const inScope = [
    delimited(1, encodeScope(instrumentationScope)),
    delimited(2, record),
    schemaUrl(instrumentationScope),
  ];
  const inResource = [
    delimited(1, encodeResource(resource)),
    delimited(2, Buffer.concat(inScope)),
    schemaUrl(resource),
  ];
  return delimited(1, Buffer.concat(inResource));
}

function schemaUrl({ schemaUrl }: { readonly schemaUrl?: string }): Buffer {
  return schemaUrl ? delimited(3, Buffer.from(schemaUrl)) : Buffer.alloc(0);
}

function delimited(field: number, content: Uint8Array): Buffer {
  const head = [(field << 3) | 2];
  let rest = content.length;
  for (; rest >= 0x80; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...head, rest]), content]);
}

function spanWith(fields: Partial<ReadableSpan>): ReadableSpan {
  return {
    name: 'GET /orders/{id}',
    kind: 1,
    spanContext: () => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }),
    startTime: [1_700_000_000, 123_456_789],
    endTime: [1_700_000_001, 0],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    duration: [0, 876_543_211],
    ended: true,
    resource: emptyResource(),
    instrumentationScope: { name: 'shop' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...fields,
  };
}

function spans(): fc.Arbitrary<ReadableSpan> {
  const fields = {
    name: text(),
    kind: fc.nat(4),
    spanContext: fc.func(context()),
    startTime: time(),
    endTime: time(),
    status: fc.record({ code: fc.nat(2), message: text() }, { requiredKeys: ['code'] }),
    attributes: attributes(),
    links: few(
      fc.record(
        { context: context(), attributes: attributes(), droppedAttributesCount: count() },
        { requiredKeys: ['context'] },
      ),
    ),
    events: few(
      fc.record(
        { name: text(), time: time(), attributes: attributes(), droppedAttributesCount: count() },
        { requiredKeys: ['name', 'time'] },
      ),
    ),
    resource: resource(),
    instrumentationScope: scope(),
    droppedAttributesCount: count(),
    droppedEventsCount: count(),
    droppedLinksCount: count(),
    parentSpanContext: context(),
  };
  return fc.record(fields, { requiredKeys: [] }).map(spanWith);
}

function logRecords(): fc.Arbitrary<ReadableLogRecord> {
  return fc.record(
    {
      hrTime: time(),
      hrTimeObserved: time(),
      spanContext: context(),
      severityText: text(),
      severityNumber: fc.nat(24),
      body: value(),
      eventName: text(),
      resource: resource(),
      instrumentationScope: fc
        .tuple(scope(), fc.record({ attributes: attributes(), droppedAttributesCount: count() }, { requiredKeys: [] }))
        .map(([plain, more]) => ({ ...plain, ...more })),
      attributes: attributes(),
      droppedAttributesCount: count(),
    },
    { requiredKeys: REQUIRED_OF_LOGS },
  );
}

function context() {
  const member = fc.stringMatching(/^[a-z]{1,9}=[!-+.-<>-~]{1,20}$/);
  const traceState = fc.array(member, { maxLength: 3 }).map((members) => createTraceState(members.join(',')));
  return fc.record(
    {
      traceId: fc.stringMatching(/^[\da-f]{32}$|^[\dA-F]{32}$/),
      spanId: fc.stringMatching(/^[\da-f]{16}$/),
      traceFlags: fc.nat(255),
      isRemote: fc.boolean(),
      traceState,
    },
    { requiredKeys: ['traceId', 'spanId', 'traceFlags'] },
  );
}

function scope() {
  return fc.record({ name: text(), version: text(), schemaUrl: text() }, { requiredKeys: ['name'] });
}

function resource(): fc.Arbitrary<Resource> {
  const simple = fc.oneof(text(), number(), fc.boolean(), fc.array(text()));
  return fc
    .tuple(fc.dictionary(text(), simple), text())
    .map(([all, schemaUrl]) => resourceFromAttributes(all, { schemaUrl }));
}

function attributes(): fc.Arbitrary<Attributes> {
  return fc.dictionary(text(), value(), { maxKeys: 12 });
}

function value(): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom(
    null,
    undefined,
    7n,
    Symbol('odd'),
    Object,
    new Date(0),
    new Map([[1, 2]]),
    Object.create({ a: 1 }),
    new Float64Array(2),
  );
  const bytes = fc.uint8Array({ maxLength: 300 });
  const leaf = fc.oneof(
    text(),
    number(),
    fc.boolean(),
    bytes,
    bytes.map((each) => Buffer.from(each)),
    odd,
  );
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('any')), fc.dictionary(text(), tie('any'))),
  }));
  return any;
}

function text(): fc.Arbitrary<string> {
  const units = fc.array(fc.nat(0xffff), { maxLength: 200 }); // halves of surrogate pairs among them
  return fc.oneof(
    fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    units.map((codes) => String.fromCharCode(...codes)),
    fc.constantFrom('http.request.method', '__proto__', 'toString', ''),
  );
}

function number(): fc.Arbitrary<number> {
  const edges = [7, 14, 21, 28, 31, 32, 35, 53, 63, 64].map((bits) => 2 ** bits);
  const near = fc.tuple(fc.constantFrom(...edges), fc.constantFrom(-1, 0, 1), fc.constantFrom(-1, 1));
  return fc.oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    near.map(([edge, offset, sign]) => sign * (edge + offset)),
    fc.constantFrom(-0, -(2 ** 63) - 2048, 2 ** 63 - 1024),
  );
}

/** As far as 64 bits of nanoseconds go, and not always in the form that the SDK gives them. */
function time(): fc.Arbitrary<HrTime> {
  const usual = fc.tuple(fc.nat(18_446_744_072), fc.nat(999_999_999));
  const unusual = fc.tuple(fc.integer({ min: 9, max: 18_446_744_060 }), fc.integer({ min: -9e9, max: 9e9 }));
  return fc.oneof(usual, unusual);
}

const count = () => fc.oneof(fc.nat(3), fc.nat(0xffff_ffff));
const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });
