import * as fc from 'fast-check';
import pino from 'pino';
import { expect, test } from 'vitest';

import { parseJsonLogLine, parseLogLine } from './parse-log-line.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

test('a line of pino has its level by name and its own fields', () => {
  const lines: string[] = [];
  const log = pino(
    { mixin: () => ({ trace_id: TRACE_ID, span_id: SPAN_ID, trace_flags: '01' }) },
    {
      write: (line: string) => void lines.push(line),
    },
  );
  const before = BigInt(Date.now()) * 1_000_000n;

  log.error({ orderId: 81, card: { brand: 'visa' } }, 'charge failed');

  const line = parseLogLine(lines[0]!);
  expect(line).toEqual({
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    host: expect.any(String),
    level: 'error',
    message: 'charge failed',
    timeUnixNano: expect.any(BigInt),
    fields: { orderId: 81, card: { brand: 'visa' } },
  });
  expect(line!.timeUnixNano).toBeGreaterThanOrEqual(before);
});

test('a line as winston writes it has its level as it is named, without colour', () => {
  const line = JSON.stringify({
    level: '\u001B[33mWARN\u001B[39m',
    message: 'slow',
    timestamp: '2026-11-20T10:00:00.000Z',
    traceId: TRACE_ID.toUpperCase(),
  });

  expect(parseLogLine(line)).toEqual({
    traceId: TRACE_ID,
    level: 'warn',
    message: 'slow',
    timeUnixNano: BigInt(Date.UTC(2026, 10, 20, 10)) * 1_000_000n,
    fields: {},
  });
});

const AT_TEN = BigInt(Date.UTC(2026, 10, 20, 10)) * 1_000_000n;
const HALF = TRACE_ID.slice(16);

test.each([
  ['OpenTelemetry', { trace_id: TRACE_ID, span_id: SPAN_ID, parent_id: HALF, name: 'shop', time: 1_795_168_800_000 }],
  ['camel case', { traceId: TRACE_ID, spanId: SPAN_ID, parentId: HALF, service: 'shop', time: 1_795_168_800 }],
  [
    'Elastic',
    { 'trace.id': TRACE_ID, 'span.id': SPAN_ID, 'parent.id': HALF, 'service.name': 'shop', 'log.level': 'info' },
  ],
  [
    'Elastic, as objects',
    {
      trace: { id: TRACE_ID },
      span: { id: SPAN_ID },
      parent: { id: HALF },
      service: { name: 'shop' },
      log: { level: 'info' },
    },
  ],
  [
    'Google Cloud',
    {
      'logging.googleapis.com/trace': `projects/shop-1/traces/${TRACE_ID}`,
      'logging.googleapis.com/spanId': SPAN_ID,
      parent_id: HALF,
      serviceName: 'shop',
      severity: 'INFO',
      timestamp: { seconds: 1_795_168_800, nanos: 0 },
    },
  ],
  [
    'Datadog with ids of 128 bits',
    {
      dd: {
        trace_id: TRACE_ID,
        span_id: String(BigInt(`0x${SPAN_ID}`)),
        parent_id: String(BigInt(`0x${HALF}`)),
        service: 'shop',
      },
    },
  ],
])('the keys of %s are read, and are no fields', (_which, keys) => {
  const line = JSON.stringify({
    level: 'info',
    '@timestamp': '2026-11-20T10:00:00.000Z',
    message: 'hi',
    ...keys,
    n: 1,
  });

  const { fields, ...read } = parseLogLine(line)!;

  expect(read).toEqual({
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    parentId: HALF,
    service: 'shop',
    level: 'info',
    message: 'hi',
    timeUnixNano: AT_TEN,
  });
  expect(fields).toMatchObject({ n: 1 });
  expect(JSON.stringify(fields)).not.toMatch(new RegExp(`trace|span|parent|${SPAN_ID}`));
});

test("a decimal id of Datadog is the second half of the trace's", () => {
  const line = JSON.stringify({ dd: { trace_id: String(BigInt(`0x${HALF}`)), span_id: 'x', env: 'test' } });

  expect(parseLogLine(line)).toMatchObject({
    traceId: '0'.repeat(16) + HALF,
    fields: { dd: { env: 'test' } },
  });
  expect(parseLogLine(line)).not.toHaveProperty('spanId');
});

test('an invalid id does not hide a valid one of another kind', () => {
  expect(parseLogLine(JSON.stringify({ trace_id: '', traceId: TRACE_ID }))?.traceId).toBe(TRACE_ID);
});

test.each([
  ['web-1  | ', 'web-1'],
  ['[orders] ', 'orders'],
  ['2026-11-20T10:00:00Z stdout F ', undefined],
])('what stands before the object, %j, names the service if it is a name', (prefix, service) => {
  expect(parseLogLine(`${prefix}{"trace_id":"${TRACE_ID}"}`)?.service).toBe(service);
  expect(parseLogLine(`${prefix}{"trace_id":"${TRACE_ID}","name":"own"}`)?.service).toBe('own');
});

test('a line without a trace is still a line of a logger', () => {
  expect(parseJsonLogLine('{"level":30,"msg":"listening"}')).toEqual({
    level: 'info',
    message: 'listening',
    timeUnixNano: 0n,
    fields: {},
  });
});

test('a message that is no text is written as JSON', () => {
  expect(parseLogLine(`{"trace_id":"${TRACE_ID}","message":{"order":7}}`)?.message).toBe('{"order":7}');
});

test.each([
  ['plain text', `GET / 200 trace_id=${TRACE_ID}`],
  ['JSON without a trace', '{"level":30,"msg":"hello"}'],
  ['JSON that is no object', `["trace_id","${TRACE_ID}"]`],
  ['JSON that is cut off', `{"trace_id":"${TRACE_ID}"`],
  ['a trace id of zeros', `{"trace_id":"${'0'.repeat(32)}"}`],
  ['a trace id of 16 digits', `{"trace_id":"${SPAN_ID}"}`],
  ['a trace id that is no string', '{"trace_id":1}'],
])('%s is no line of a trace', (_what, line) => {
  expect(parseLogLine(line)).toBeUndefined();
});

test('an invalid span id is left out and an unknown time is 0', () => {
  const line = parseLogLine(JSON.stringify({ trace_id: TRACE_ID, span_id: 'no', time: 'yesterday' }));

  expect(line).toEqual({ traceId: TRACE_ID, level: '', message: '', timeUnixNano: 0n, fields: {} });
});

test('a level that pino does not name stays a number', () => {
  expect(parseLogLine(`{"trace_id":"${TRACE_ID}","level":35}`)?.level).toBe('35');
});

test('fields 10 000 deep do not overflow the stack', () => {
  const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;

  expect(parseLogLine(`{"trace_id":"${TRACE_ID}","deep":${deep}}`)?.traceId).toBe(TRACE_ID);
});

test('a field named __proto__ changes no prototype', () => {
  const line = parseLogLine(`{"trace_id":"${TRACE_ID}","__proto__":{"polluted":true}}`);

  expect(Object.keys(line!.fields)).toEqual(['__proto__']);
  expect({}).not.toHaveProperty('polluted');
});

test('a trace id is found whatever else is on the line, and each other field is kept', () => {
  const key = fc
    .string()
    .filter((name) => !/trace|span|parent|level|severity|msg|message|^ts$|time|log|dd|v|pid|host/.test(name));

  fc.assert(
    fc.property(fc.dictionary(key, fc.oneof(fc.string(), fc.integer(), fc.boolean())), (others) => {
      const line = parseLogLine(JSON.stringify({ ...others, trace_id: TRACE_ID }));

      expect(line?.traceId).toBe(TRACE_ID);
      expect({ ...line?.fields }).toEqual({ ...others });
    }),
  );
});

test('no line throws', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constant(TRACE_ID), fc.object());
  const keys = fc.constantFrom(
    'trace_id',
    'traceId',
    'trace',
    'trace.id',
    'dd',
    'dd.trace_id',
    'logging.googleapis.com/trace',
    'span_id',
    'parent_id',
    'service',
    'level',
    'log',
    'message',
    'time',
    '__proto__',
  );
  const object = fc.dictionary(keys, value).map((json) => JSON.stringify({ trace_id: TRACE_ID, ...json }));

  fc.assert(
    fc.property(fc.oneof(fc.string(), object), (line) => {
      expect(() => parseLogLine(line)).not.toThrow();
    }),
  );
});

// A pattern that takes quadratic time, or cubic, would need hours for one of these.
test.each([
  ['spaces', ' '.repeat(2 ** 20)],
  ['spaces before something else', `${' '.repeat(2 ** 20)}!`],
  ['spaces between brackets', `[${' '.repeat(2 ** 20)}]${' '.repeat(2 ** 20)}!`],
  ['word characters', `${'a'.repeat(2 ** 20)}!`],
  ['pipes', '|'.repeat(2 ** 20)],
  ['line breaks of other systems', `${'\u2028\r'.repeat(2 ** 19)}!`],
])('%s in front of the object cost linear time', (_what, prefix) => {
  const line = parseJsonLogLine(`${prefix}{"trace_id":"${'1'.repeat(32)}","msg":"x"}`);

  expect(line).toMatchObject({ message: 'x' });
  expect(line?.service).toBeUndefined();
});

test('a level of a million escape sequences costs linear time', () => {
  const level = '\u001B]0;'.repeat(2 ** 20);

  expect(parseJsonLogLine(JSON.stringify({ level }))?.level).toBe('0;'.repeat(2 ** 20));
});
