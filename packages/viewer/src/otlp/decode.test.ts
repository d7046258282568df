import { create, createFileRegistry, type DescMessage, fromJson, toBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import { JsonLogsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

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

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** OTLP's messages, as `number type name`; `*` marks a list. Written from the published .proto files. */
const MESSAGES: Record<string, string[]> = {
  ExportTraceServiceRequest: ['1 ResourceSpans* resource_spans'],
  ResourceSpans: ['1 Resource resource', '2 ScopeSpans* scope_spans', '3 string schema_url'],
  ScopeSpans: ['1 Scope scope', '2 Span* spans', '3 string schema_url'],
  Resource: ['1 KeyValue* attributes', '2 uint32 dropped_attributes_count'],
  Scope: ['1 string name', '2 string version', '3 KeyValue* attributes', '4 uint32 dropped_attributes_count'],
  Span: [
    '1 bytes trace_id',
    '2 bytes span_id',
    '3 string trace_state',
    '4 bytes parent_span_id',
    '16 fixed32 flags',
    '5 string name',
    '6 int32 kind',
    '7 fixed64 start_time_unix_nano',
    '8 fixed64 end_time_unix_nano',
    '9 KeyValue* attributes',
    '10 uint32 dropped_attributes_count',
    '11 Event* events',
    '12 uint32 dropped_events_count',
    '13 Link* links',
    '14 uint32 dropped_links_count',
    '15 Status status',
  ],
  Event: ['1 fixed64 time_unix_nano', '2 string name', '3 KeyValue* attributes', '4 uint32 dropped_attributes_count'],
  Link: [
    '1 bytes trace_id',
    '2 bytes span_id',
    '3 string trace_state',
    '4 KeyValue* attributes',
    '5 uint32 dropped_attributes_count',
    '6 fixed32 flags',
  ],
  Status: ['2 string message', '3 int32 code'],
  KeyValue: ['1 string key', '2 AnyValue value'],
  AnyValue: [
    '1 string string_value',
    '2 bool bool_value',
    '3 int64 int_value',
    '4 double double_value',
    '5 ArrayValue array_value',
    '6 KeyValueList kvlist_value',
    '7 bytes bytes_value',
  ],
  ArrayValue: ['1 AnyValue* values'],
  KeyValueList: ['1 KeyValue* values'],
  ExportLogsServiceRequest: ['1 ResourceLogs* resource_logs'],
  ResourceLogs: ['1 Resource resource', '2 ScopeLogs* scope_logs'],
  ScopeLogs: ['1 Scope scope', '2 LogRecord* log_records'],
  LogRecord: [
    '1 fixed64 time_unix_nano',
    '11 fixed64 observed_time_unix_nano',
    '2 int32 severity_number',
    '3 string severity_text',
    '5 AnyValue body',
    '6 KeyValue* attributes',
    '7 uint32 dropped_attributes_count',
    '8 fixed32 flags',
    '9 bytes trace_id',
    '10 bytes span_id',
    '12 string event_name',
  ],
};

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'otlp.proto',
    package: 'otlp',
    syntax: 'proto3',
    messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
      name,
      field: fields.map((field) => fieldDescriptor(field, name === 'AnyValue')),
      oneofDecl: name === 'AnyValue' ? [{ name: 'value' }] : [],
    })),
  }),
  () => undefined,
);

function fieldDescriptor(field: string, inOneof: boolean) {
  const [number, type, name] = field.split(' ') as [string, string, string];
  const scalar = Type[type.toUpperCase() as keyof typeof Type] as Type | undefined;
  const messageName = type.replace('*', '');
  return {
    name,
    jsonName: name.replace(/_./g, (match) => match.slice(1).toUpperCase()),
    number: Number(number),
    label: type.endsWith('*') ? Label.REPEATED : Label.OPTIONAL,
    ...(scalar === undefined ? { type: Type.MESSAGE, typeName: `.otlp.${messageName}` } : { type: scalar }),
    ...(inOneof && { oneofIndex: 0 }),
  };
}

/** OTLP/JSON writes ids in hex where protobuf's own JSON has base64. */
function encode(message: string, request: Json): Uint8Array {
  const schema = registry.getMessage(`otlp.${message}`) as DescMessage;
  return toBinary(schema, fromJson(schema, idsInBase64(request) as never));
}

function idsInBase64(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(idsInBase64);
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key,
      /^(traceId|spanId|parentSpanId)$/.test(key)
        ? Buffer.from(value as string, 'hex').toString('base64')
        : idsInBase64(value),
    ]),
  );
}

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
const traceRequests = fc.record({
  resourceSpans: few(fc.record({ resource, scopeSpans: few(fc.record({ scope, spans: few(span) })) })),
}) as fc.Arbitrary<Json>;
const logsRequests = fc.record({
  resourceLogs: few(fc.record({ resource, scopeLogs: few(fc.record({ scope, logRecords: few(log) })) })),
}) as fc.Arbitrary<Json>;

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
