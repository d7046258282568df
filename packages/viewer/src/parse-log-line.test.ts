import * as fc from 'fast-check';
import pino from 'pino';
import { expect, test } from 'vitest';

import { parseLogLine } from './parse-log-line.ts';

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

test('no line throws', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constant(TRACE_ID));
  const keys = fc.constantFrom('trace_id', 'traceId', 'span_id', 'level', 'msg', 'time', 'timestamp', '__proto__');
  const object = fc.dictionary(keys, value).map((json) => JSON.stringify({ trace_id: TRACE_ID, ...json }));

  fc.assert(
    fc.property(fc.oneof(fc.string(), object), (line) => {
      expect(() => parseLogLine(line)).not.toThrow();
    }),
  );
});
