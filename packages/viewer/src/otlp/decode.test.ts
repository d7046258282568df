import { JsonLogsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { logsRequests, traceRequests } from '../../test/otlp-requests.ts';
import { encode, type Json } from '../../test/otlp-schema.ts';
import { decodeLogsJson } from './decode-logs-json.ts';
import { decodeLogs } from './decode-logs.ts';
import { decodeTracesJson } from './decode-traces-json.ts';
import { decodeTraces } from './decode-traces.ts';

test('the spans of a request that another protobuf library wrote are read as JSON has them', () => {
  fc.assert(
    fc.property(traceRequests, (request) => {
      const decoded = decodeTraces(encode('ExportTraceServiceRequest', request));

      expect(decoded).toBeDefined();
      expect(decoded).toEqual(decodeTracesJson(JSON.stringify(request)));
    }),
  );
});

test('the log records of a request that another protobuf library wrote are read as JSON has them', () => {
  fc.assert(
    fc.property(logsRequests, (request) => {
      const decoded = decodeLogs(encode('ExportLogsServiceRequest', request));

      expect(decoded).toBeDefined();
      expect(decoded).toEqual(decodeLogsJson(JSON.stringify(request)));
    }),
  );
});

test('a span that was written by OpenTelemetry has every field it was given', () => {
  const expected = [
    {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      parentSpanId: '00f067aa0ba902b7',
      traceState: 'ot=th:c',
      flags: 0x301,
      name: 'POST /orders',
      kind: 2,
      startTimeUnixNano: 1_700_000_000_000_000_001n,
      endTimeUnixNano: 1_700_000_000_250_000_000n,
      attributes: { 'http.request.method': 'POST', retries: 3, ratio: 0.5, cached: false, tags: ['a', 'b'] },
      droppedAttributesCount: 1,
      events: [
        {
          timeUnixNano: 1_700_000_000_100_000_000n,
          name: 'exception',
          attributes: { 'exception.type': 'Error' },
          droppedAttributesCount: 0,
        },
      ],
      droppedEventsCount: 2,
      links: [
        {
          traceId: '1af7651916cd43dd8448eb211c80319c',
          spanId: 'c7ad6b7169203331',
          flags: 0x101,
          attributes: { relation: 'follows' },
          droppedAttributesCount: 4,
        },
      ],
      droppedLinksCount: 3,
      status: { code: 2, message: 'card declined' },
      resource: { attributes: { 'service.name': 'orders' } },
      scope: { name: 'http', version: '1.2.3' },
    },
  ];

  expect(decodeTraces(ProtobufTraceSerializer.serializeRequest([sdkSpan])!)).toEqual(expected);
  expect(decodeTracesJson(text(JsonTraceSerializer.serializeRequest([sdkSpan])!))).toEqual(expected);
});

test('a log record that was written by OpenTelemetry has every field it was given', () => {
  const expected = [
    {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      flags: 1,
      timeUnixNano: 1_700_000_000_000_000_001n,
      observedTimeUnixNano: 1_700_000_000_000_000_002n,
      severityNumber: 17,
      severityText: 'ERROR',
      body: { message: 'charge failed', codes: [1, null] },
      attributes: { orderId: 81 },
      droppedAttributesCount: 0,
      eventName: 'charge',
      resource: { attributes: { 'service.name': 'orders' } },
      scope: { name: 'pino', version: '' },
    },
  ];

  expect(decodeLogs(ProtobufLogsSerializer.serializeRequest([sdkLog])!)).toMatchObject(expected);
  expect(decodeLogsJson(text(JsonLogsSerializer.serializeRequest([sdkLog])!))).toMatchObject(expected);
});

test('no bytes at all are a request without spans', () => {
  expect(decodeTraces(new Uint8Array())).toEqual([]);
  expect(decodeLogs(new Uint8Array())).toEqual([]);
});

test('arbitrary bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => [decodeTraces(bytes), decodeLogs(bytes)]).not.toThrow();
    }),
    { numRuns: 2000 },
  );
});

test('a valid request with changed bytes never throws', () => {
  const change = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 });
  const valid = ProtobufTraceSerializer.serializeRequest([sdkSpan])!;

  fc.assert(
    fc.property(change, (changes) => {
      const bytes = Uint8Array.from(valid);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      expect(() => [decodeTraces(bytes), decodeLogs(bytes)]).not.toThrow();
    }),
    { numRuns: 2000 },
  );
});

test('a request that is cut off is malformed, wherever the cut inside a field is', () => {
  const valid = ProtobufTraceSerializer.serializeRequest([sdkSpan])!;

  for (let length = 1; length < valid.length; length++) {
    expect(decodeTraces(valid.subarray(0, length)), `the first ${length} bytes`).toBeUndefined();
  }
});

test('arbitrary text and arbitrary JSON never throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      expect(() => [decodeTracesJson(body), decodeLogsJson(body)]).not.toThrow();
    }),
  );
});

test('OTLP/JSON with a value of the wrong type anywhere never throws', () => {
  const names = ['resourceSpans', 'scopeSpans', 'spans', 'attributes', 'key', 'value', 'events', 'links', 'status'];
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 8 },
      fc.jsonValue(),
      fc.array(tie('tree')),
      fc.dictionary(fc.constantFrom(...names), tie('tree')),
    ),
  }));

  fc.assert(
    fc.property(tree, (value) => {
      const body = JSON.stringify({ resourceSpans: [value] });
      expect(() => decodeTracesJson(body)).not.toThrow();
    }),
  );
});

test.each([
  ['a length beyond the end', '0a 05 01', 'is cut off: 5 bytes announced at byte 1, 1 are left'],
  ['a length that lacks its last byte', '0a 80', 'is cut off at byte 2'],
  ['field number 0', '00 01', 'has a field number out of range at byte 0'],
  ['a field number beyond 2^29', 'fa ff ff ff ff 01 00', 'has a field number out of range at byte 0'],
  ['wire type 6', '0e', 'has wire type 6'],
  ['the end of a group that was not started', '0c', 'has wire type 4'],
  ['a group that ends as another one', '13 1c', 'closes a group it did not open'],
  ['a group that does not end', '13 08 01', 'ends inside a group'],
  ['a number of 11 bytes', '10 ff ff ff ff ff ff ff ff ff ff 01', 'has a number of more than 10 bytes'],
  ['a fixed64 of 7 bytes', '11 00 00 00 00 00 00 00', 'is cut off at byte 8'],
  [
    'a trace id of 15 bytes',
    '0a 15 12 13 12 11 0a 0f 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f',
    'has an id of 15 bytes',
  ],
])('%s is malformed and named', (_what, hex, problem) => {
  const problems: string[] = [];

  const spans = decodeTraces(bytes(hex), (told) => problems.push(told));

  expect(spans).toBeUndefined();
  expect(problems).toEqual([expect.stringContaining(problem)]);
});

test.each([
  ['a varint of 10 bytes', '10 ff ff ff ff ff ff ff ff ff 01'],
  ['a string', '7a 03 61 62 63'],
  ['groups inside each other', '13 1b 08 01 1c 14'],
  ['a known field with another wire type', '08 01'],
])('an unknown field that is %s is skipped', (_what, hex) => {
  expect(decodeTraces(bytes(hex))).toEqual([]);
});

test('100 000 groups inside each other are malformed and do not overflow the stack', () => {
  expect(decodeTraces(Buffer.alloc(100_000, 0x13))).toBeUndefined();
});

test('values nested 40 deep are read, and 10 000 deep are malformed', () => {
  const nested = (depth: number): Json =>
    depth === 0 ? { stringValue: 'deep' } : { arrayValue: { values: [nested(depth - 1)] } };
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: nested(40) }] }] }] };
  const deepJson = `${'{"arrayValue":{"values":['.repeat(10_000)}{}${']}}'.repeat(10_000)}`;

  expect(decodeLogs(encode('ExportLogsServiceRequest', request))?.[0]?.body).toEqual(
    decodeLogsJson(JSON.stringify(request))?.[0]?.body,
  );
  expect(decodeLogs(deepArray(10_000))).toBeUndefined();
  expect(decodeLogsJson(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${deepJson}}]}]}]}`)).toBeUndefined();
});

test('integers beyond 2^53 stay exact, in protobuf, as JSON strings and as JSON numbers', () => {
  const request = (value: string) =>
    `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":1700000000000000001,"body":{"intValue":${value}}}]}]}]}`;
  const body = { intValue: '9223372036854775807' };
  const encoded = encode('ExportLogsServiceRequest', { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] });

  expect(decodeLogs(encoded)?.[0]?.body).toBe(9_223_372_036_854_775_807n);
  expect(decodeLogsJson(request('"9223372036854775807"'))?.[0]?.body).toBe(9_223_372_036_854_775_807n);
  expect(decodeLogsJson(request('-9223372036854775808'))?.[0]).toMatchObject({
    body: -9_223_372_036_854_775_808n,
    timeUnixNano: 1_700_000_000_000_000_001n,
  });
});

test('bytes that are not UTF-8 become replacement characters', () => {
  const span = [0x2a, 2, 0xff, 0x61];

  expect(decodeTraces(wrapped(span))?.[0]?.name).toBe('\uFFFDa');
});

test('a key named __proto__ is a key like any other and changes no prototype', () => {
  const attributes = [{ key: '__proto__', value: { stringValue: 'x' } }];
  const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ attributes }] }] }] };

  for (const spans of [
    decodeTraces(encode('ExportTraceServiceRequest', request)),
    decodeTracesJson(JSON.stringify(request)),
  ]) {
    expect(Object.entries(spans?.[0]?.attributes ?? {})).toEqual([['__proto__', 'x']]);
  }
  expect({}).not.toHaveProperty('x');
});

test.each([
  ['{', 'is not valid JSON: '],
  ['[]', 'is not a JSON object'],
  ['{"resourceSpans":1}', 'has resourceSpans that is not a list of objects'],
  [spanJson({ traceId: 'CvdlGRbNQ92ESOshHIAxnA==' }), 'has traceId that is not a string of 32 hex digits'],
  [spanJson({ startTimeUnixNano: '1.5' }), 'has startTimeUnixNano that is not an integer'],
  [spanJson({ kind: 'SPAN_KIND_SERVER' }), 'has kind that is not an integer'],
  [spanJson({ name: 7 }), 'has name that is not a string'],
])('the JSON %s is malformed and the field is named', (body, problem) => {
  const problems: string[] = [];

  const spans = decodeTracesJson(body, (told) => problems.push(told));

  expect(spans).toBeUndefined();
  expect(problems).toEqual([expect.stringContaining(problem)]);
});

const sdkResource = { attributes: { 'service.name': 'orders' }, getRawAttributes: () => [], merge: () => sdkResource };
const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

type SdkSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];
const sdkSpan = {
  name: 'POST /orders',
  kind: 1,
  spanContext: () => ({ ...spanContext, traceState: { serialize: () => 'ot=th:c' } }),
  parentSpanContext: { ...spanContext, spanId: '00f067aa0ba902b7', isRemote: true },
  startTime: [1_700_000_000, 1],
  endTime: [1_700_000_000, 250_000_000],
  status: { code: 2, message: 'card declined' },
  attributes: { 'http.request.method': 'POST', retries: 3, ratio: 0.5, cached: false, tags: ['a', 'b'] },
  events: [{ time: [1_700_000_000, 100_000_000], name: 'exception', attributes: { 'exception.type': 'Error' } }],
  links: [
    {
      context: { traceId: '1af7651916cd43dd8448eb211c80319c', spanId: 'c7ad6b7169203331', traceFlags: 1 },
      attributes: { relation: 'follows' },
      droppedAttributesCount: 4,
    },
  ],
  duration: [0, 249_999_999],
  ended: true,
  resource: sdkResource,
  instrumentationScope: { name: 'http', version: '1.2.3' },
  droppedAttributesCount: 1,
  droppedEventsCount: 2,
  droppedLinksCount: 3,
} as unknown as SdkSpan;

type SdkLog = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];
const sdkLog = {
  hrTime: [1_700_000_000, 1],
  hrTimeObserved: [1_700_000_000, 2],
  spanContext,
  severityNumber: 17,
  severityText: 'ERROR',
  body: { message: 'charge failed', codes: [1, null] },
  eventName: 'charge',
  resource: sdkResource,
  instrumentationScope: { name: 'pino' },
  attributes: { orderId: 81 },
  droppedAttributesCount: 0,
} as unknown as SdkLog;

function spanJson(span: Json): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
}

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const text = (encoded: Uint8Array) => Buffer.from(encoded).toString('utf8');
const delimited = (field: number, content: readonly number[]) => [(field << 3) | 2, content.length, ...content];
const wrapped = (span: readonly number[]) => Buffer.from(delimited(1, delimited(2, delimited(2, span))));

/** A log request whose body is an array in an array and so on, built inside out. */
function deepArray(depth: number): Uint8Array {
  let message: Buffer = Buffer.alloc(0);
  const wrap = (field: number) => {
    message = Buffer.concat([Buffer.from([(field << 3) | 2]), varint(message.length), message]);
  };
  for (let i = 0; i < depth; i++) for (const field of [1, 5]) wrap(field);
  for (const field of [5, 2, 2, 1]) wrap(field);
  return message;
}

function varint(value: number): Buffer {
  const octets: number[] = [];
  for (; value >= 0x80; value >>>= 7) octets.push((value & 0x7f) | 0x80);
  return Buffer.from([...octets, value]);
}
