import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { LogLine } from './log-line.ts';
import { orderLogLines } from './order-log-lines.ts';

const [ROOT, CHILD, GRANDCHILD, SILENT] = ['1', '2', '3', '9'].map((digit) => digit.repeat(16)) as [
  string,
  string,
  string,
  string,
];

test('without parent ids lines are in the order of their times, and those of one time as they came', () => {
  const lines = [line('c', { time: 2 }), line('a', { time: 1 }), line('d', { time: 2 }), line('b', { time: 1 })];

  expect(ordered(lines)).toEqual(['time', 'a', 'b', 'c', 'd']);
});

test('a host whose clock is behind does not come before what caused it, and keeps its own order', () => {
  const lines = [
    line('asks', { time: 1000, host: 'gateway', spanId: ROOT }),
    line('answers', { time: 1900, host: 'gateway', spanId: ROOT }),
    line('is asked', { time: 100, host: 'orders', spanId: CHILD, parentId: ROOT }),
    line('has looked', { time: 400, host: 'orders', spanId: CHILD, parentId: ROOT }),
    line('has logged in the end', { time: 2000, host: 'orders', spanId: CHILD, parentId: ROOT }),
  ];

  expect(ordered(lines)).toEqual(['causal', 'asks', 'is asked', 'has looked', 'answers', 'has logged in the end']);
});

test('on one host the times decide, also against the parents', () => {
  const lines = [
    line('request completed', { time: 30, spanId: ROOT }),
    line('order placed', { time: 20, spanId: CHILD, parentId: ROOT }),
  ];

  expect(ordered(lines)).toEqual(['causal', 'order placed', 'request completed']);
});

test('within one moment the caller comes first, whatever the order of the files', () => {
  const lines = [
    line('is asked', { time: 5, service: 'orders', spanId: CHILD, parentId: ROOT }),
    line('asks', { time: 5, service: 'gateway', spanId: ROOT }),
  ];

  expect(ordered(lines)).toEqual(['causal', 'asks', 'is asked']);
});

test('a span whose parent wrote no line is below the root', () => {
  const lines = [
    line('is asked', { time: 1, host: 'orders', spanId: CHILD, parentId: SILENT }),
    line('asks', { time: 5, host: 'gateway', spanId: ROOT }),
    line('charges', { time: 2, host: 'payments', spanId: GRANDCHILD, parentId: CHILD }),
  ];

  const { order, lines: inOrder } = orderLogLines(lines);

  expect(order).toBe('causal');
  expect(inOrder.map(({ line: { message }, depth }) => `${depth} ${message}`)).toEqual([
    '0 asks',
    '1 is asked',
    '2 charges',
  ]);
});

test('where only some lines name a span, the order is causal in part', () => {
  const lines = [
    line('asks', { time: 1, spanId: ROOT }),
    line('is asked', { time: 2, spanId: CHILD, parentId: ROOT }),
    line('runs elsewhere', { time: 3 }),
  ];

  expect(ordered(lines)).toEqual(['partly causal', 'asks', 'is asked', 'runs elsewhere']);
});

test('lines without times stay as they came, and one among others follows the line before it', () => {
  const untimed = [line('b', {}), line('a', {})];
  const mixed = [line('late', { time: 9 }), line('after late', {}), line('early', { time: 1 })];

  expect(ordered(untimed)).toEqual(['input', 'b', 'a']);
  expect(ordered(mixed)).toEqual(['time', 'early', 'late', 'after late']);
});

test('a chain of 100 000 spans is ordered, and so is a loop', () => {
  const id = (n: number) => (n + 1).toString(16).padStart(16, '0');
  const chain = Array.from({ length: 100_000 }, (_, n) =>
    line(String(n), { time: 1, spanId: id(n), parentId: id(n - 1) }),
  );
  const loop = chain.map((each, n) => ({ ...each, parentId: id((n + 1) % chain.length) }));

  expect(orderLogLines(chain).lines).toHaveLength(100_000);
  expect(orderLogLines(loop).lines).toHaveLength(100_000);
});

const spanId = fc.constantFrom(ROOT, CHILD, GRANDCHILD, undefined);
const anyLines = fc.array(
  fc.record({
    time: fc.nat({ max: 5 }),
    host: fc.constantFrom('a', 'b', undefined),
    service: fc.constantFrom('x', 'y'),
    spanId,
    parentId: spanId,
  }),
);

test('whatever the ids and times, no line is lost and none is doubled', () => {
  fc.assert(
    fc.property(anyLines, (all) => {
      const lines = all.map((each, n) => line(String(n), each));

      const { lines: inOrder } = orderLogLines(lines);

      expect(new Set(inOrder.map((each) => each.line))).toEqual(new Set(lines));
      expect(inOrder).toHaveLength(lines.length);
    }),
  );
});

test('whatever the ids, timed lines of one process are in the order of their times, and of one time as they came', () => {
  fc.assert(
    fc.property(anyLines, (all) => {
      const lines = all.map((each, n) => line(String(n), { ...each, time: each.time + 1 }));

      const { lines: inOrder } = orderLogLines(lines);

      for (const first of lines) {
        const isSameProcess = (each: LogLine) => each.host === first.host && each.service === first.service;
        const own = inOrder.map((each) => each.line).filter(isSameProcess);
        const expected = lines.filter(isSameProcess).toSorted((a, b) => Number(a.timeUnixNano - b.timeUnixNano));
        expect(own.map(({ message }) => message)).toEqual(expected.map(({ message }) => message));
      }
    }),
  );
});

interface Facts {
  readonly time?: number;
  readonly host?: string | undefined;
  readonly service?: string;
  readonly spanId?: string | undefined;
  readonly parentId?: string | undefined;
}

function line(message: string, { time = 0, host, service = '', spanId, parentId }: Facts): LogLine {
  return {
    traceId: 'a'.repeat(32),
    ...(spanId !== undefined && { spanId }),
    ...(parentId !== undefined && { parentId }),
    ...(host !== undefined && { host }),
    service,
    level: 'info',
    message,
    timeUnixNano: BigInt(time) * 1_000_000n,
    fields: {},
  };
}

function ordered(lines: readonly LogLine[]): string[] {
  const { order, lines: inOrder } = orderLogLines(lines);
  return [order, ...inOrder.map(({ line: { message } }) => message)];
}
