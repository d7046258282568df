import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatNanos, formatOffset } from './format-nanos.ts';
import { formatClock, formatDateTime, nanosBetween } from './format-time.ts';

test('times are shown on the clock of this machine, with milliseconds', () => {
  const millis = new Date(2026, 10, 20, 9, 5, 3, 7).getTime();
  const nanos = String(BigInt(millis) * 1_000_000n + 999_999n);

  expect(formatClock(nanos)).toBe('09:05:03.007');
  expect(formatDateTime(nanos)).toBe('2026-11-20 09:05:03.007');
});

test.each(['0', '', 'soon', '-5', '1e9'])('the time %j is not known', (time) => {
  expect(formatClock(time)).toBe('?');
  expect(formatDateTime(time)).toBe('?');
  expect(nanosBetween(time, 'x')).toBe(0);
});

test('any time that OTLP can carry has a text', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 2n ** 64n - 1n), (nanos) => {
      expect(formatDateTime(String(nanos))).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
    }),
  );
});

test('nanoseconds between two times are exact where they are few', () => {
  expect(nanosBetween('1700000000000000001', '1700000000000000004')).toBe(3);
  expect(nanosBetween('1700000000000000004', '1700000000000000001')).toBe(-3);
});

test.each([
  [0, '0µs'],
  [84_100_000, '84.1ms'],
  [-1_240_000_000, '−1.24s'],
  [-0.2, '0µs'],
  [Number.NaN, '?'],
])('%d ns are %s', (nanos, text) => {
  expect(formatNanos(nanos)).toBe(text);
});

test('an offset has its sign', () => {
  expect([0, 2e6, -2e6].map(formatOffset)).toEqual(['+0µs', '+2.0ms', '−2.0ms']);
});
