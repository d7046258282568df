import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { logTime } from './log-time.ts';

const NOON = 1_795_176_000n; // 2026-11-20T12:00:00Z, in seconds

test.each([
  ['milliseconds', 1_795_176_000_123, NOON * 1_000_000_000n + 123_000_000n],
  ['milliseconds as text', '1795176000123', NOON * 1_000_000_000n + 123_000_000n],
  ['seconds with a fraction', 1_795_176_000.123456, NOON * 1_000_000_000n + 123_456_000n],
  ['microseconds', 1_795_176_000_123_456, NOON * 1_000_000_000n + 123_456_000n],
  ['nanoseconds, exact to a quarter of a microsecond', '1795176000123456000', NOON * 1_000_000_000n + 123_456_000n],
  ['an ISO date', '2026-11-20T12:00:00.123Z', NOON * 1_000_000_000n + 123_000_000n],
  ['an ISO date with nanoseconds', '2026-11-20T12:00:00.123456789Z', NOON * 1_000_000_000n + 123_456_789n],
  ['an ISO date with an offset', '2026-11-20T13:00:00+01:00', NOON * 1_000_000_000n],
  ["Google's seconds and nanos", { seconds: 1_795_176_000, nanos: 5 }, NOON * 1_000_000_000n + 5n],
])('%s', (_what, value, nanos) => {
  expect(logTime(value)).toBe(nanos);
});

test.each([
  ['yesterday'],
  [''],
  [0],
  [-1],
  [Number.NaN],
  [Infinity],
  [1e300],
  [null],
  [[]],
  [{}],
  [{ seconds: { toString: '' }, nanos: 0 }],
  [{ seconds: 1_795_176_000, nanos: '0' }],
  [true],
])('%j is no time', (value) => {
  expect(logTime(value)).toBe(0n);
});

test('every date comes back, to the millisecond', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('1973-03-04'), max: new Date('5000-01-01'), noInvalidDate: true }), (date) => {
      const nanos = BigInt(date.getTime()) * 1_000_000n;

      expect([logTime(date.toISOString()), logTime(date.getTime())]).toEqual([nanos, nanos]);
    }),
  );
});

test('no value throws, and a time is one that a Date can hold', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.anything(), fc.double(), fc.record({ seconds: fc.anything(), nanos: fc.anything() })),
      (value) => {
        expect(Number.isNaN(new Date(Number(logTime(value) / 1_000_000n)).getTime())).toBe(false);
      },
    ),
  );
});
