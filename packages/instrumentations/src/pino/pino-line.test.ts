import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { assert, dictionary, jsonValue, property, string } from 'fast-check';
import { expect, test } from 'vitest';

import { readPinoLine } from './pino-line.ts';

const KEYS = { message: 'msg', error: 'err' };
const IDS = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
const KNOWN = {
  severityNumber: 9,
  severityText: 'info',
  context: trace.setSpanContext(ROOT_CONTEXT, IDS),
};

test('fields become attributes, but for those that the record has places for', () => {
  const time = Date.now() - 5;
  const ids = { trace_id: IDS.traceId, span_id: IDS.spanId, trace_flags: '01' };
  const line = { level: 30, time, pid: process.pid, hostname: 'elsewhere', order: 7, ...ids, msg: 'placed' };

  const read = readPinoLine(`${JSON.stringify(line)}\n`, KEYS, KNOWN);

  expect(read).toEqual({
    ...KNOWN,
    timestamp: time,
    body: 'placed',
    attributes: { order: 7, hostname: 'elsewhere' },
    exception: undefined,
  });
});

test('an error becomes an exception, and something else of that name stays a field', () => {
  const err = { type: 'TypeError', message: 'broken', stack: 'TypeError: broken\n    at x' };

  expect(read({ err }).exception).toEqual({ type: 'TypeError', message: 'broken', stacktrace: err.stack });
  expect(read({ err }).attributes).toEqual({});
  expect(read({ err: 'text' }).attributes).toEqual({ err: 'text' });
});

test('a time of the application stays a field, and seconds and ISO text are read', () => {
  const seconds = Math.floor(Date.now() / 1000);

  expect(read({ time: 'five o’clock' }).attributes).toEqual({ time: 'five o’clock' });
  expect(read({ time: 7 }).attributes).toEqual({ time: 7 });
  expect(read({ time: seconds }).timestamp).toBe(seconds * 1000);
  expect(read({ time: new Date(seconds * 1000).toISOString() }).timestamp).toBe(seconds * 1000);
});

test("ids of another trace are the application's own", () => {
  const foreign = { trace_id: 'c'.repeat(32), span_id: IDS.spanId };

  expect(read(foreign).attributes).toEqual(foreign);
});

test('what is no object, or too long to parse, becomes the body, cut', () => {
  const long = `{"msg":"${'x'.repeat(2 * 1024 * 1024)}"}`;

  expect(readPinoLine('plain text\n', KEYS, KNOWN)).toMatchObject({ body: 'plain text', attributes: {} });
  expect(readPinoLine(long, KEYS, KNOWN).body).toBe(long.slice(0, 65_536));
  expect(read({ msg: 'x'.repeat(100_000) }).body).toHaveLength(65_536);
});

test('no line makes it throw', () => {
  assert(property(string(), (line) => void readPinoLine(line, KEYS, KNOWN)));
  assert(property(dictionary(string(), jsonValue()), (fields) => void read(fields)));
});

const read = (fields: object) => readPinoLine(JSON.stringify(fields), KEYS, KNOWN);
