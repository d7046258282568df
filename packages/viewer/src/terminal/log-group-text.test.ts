import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { LogLine } from '../log-lines/log-line.ts';
import { logGroupText, logLineText } from './log-group-text.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const NOON = BigInt(Date.UTC(2026, 10, 20, 12)) * 1_000_000n;

test('a trace is a heading and its lines, each with time, level, service, message and fields', () => {
  const lines = [
    line({ message: 'asks', service: 'gateway', timeUnixNano: NOON, spanId: '1'.repeat(16), fields: { order: 7 } }),
    line({
      message: 'declined',
      service: 'payments',
      level: 'error',
      timeUnixNano: NOON + 12_000_000n,
      spanId: '2'.repeat(16),
      parentId: '1'.repeat(16),
      fields: { name: 'payments' },
    }),
  ];

  expect(logGroupText({ traceId: TRACE_ID, lines })).toBe(
    `
✖ 0af7651916cd43dd8448eb211c80319c  2026-11-20  2 lines  gateway, payments  in causal order
  12:00:00.000 INFO  gateway  asks {order: 7}
  12:00:00.012 ERROR payments   declined`.trimStart(),
  );
});

test('what is not known is a dash', () => {
  expect(logGroupText({ traceId: TRACE_ID, lines: [line({ level: '' })] })).toBe(
    `● ${TRACE_ID}  1 line  -\n  -                  - hello`,
  );
});

test('two lines without times say that they are as they came', () => {
  const [heading] = logGroupText({ traceId: TRACE_ID, lines: [line(), line()] }).split('\n');

  expect(heading).toBe(`● ${TRACE_ID}  2 lines  -  without times, as they came`);
});

test('a line is cut at the width that is given, and only then', () => {
  const long = line({ message: 'x'.repeat(500), timeUnixNano: NOON });

  expect(logLineText(long)).toHaveLength('  12:00:00.000 INFO  - '.length + 500);
  expect(logLineText(long, { columns: 40 })).toBe(`  12:00:00.000 INFO  - ${'x'.repeat(16)}…`);
});

test('colours tell errors and warnings, if they are asked for', () => {
  const [plain, colored] = [false, true].map((colors) => logLineText(line({ level: 'warn' }), { colors }));

  expect(plain).not.toContain('\u001B');
  expect(colored).toContain('\u001B[33mWARN ');
});

test('no line can steer the terminal or break out of its row', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const evil = line({ message: text, service: text, level: text, fields: { [text]: text } });

      const rows = logGroupText({ traceId: TRACE_ID, lines: [evil] }).split('\n');

      expect(rows).toHaveLength(2);
      for (const row of rows) expect(row).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});

function line(facts: Partial<LogLine> = {}): LogLine {
  return { traceId: TRACE_ID, level: 'info', message: 'hello', timeUnixNano: 0n, fields: {}, ...facts };
}
