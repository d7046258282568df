import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { anyTrace } from '../../test/any-trace.ts';
import { planSpan, planTrace } from '../../test/build-trace.ts';
import { durationNanos, type SpanRecord } from '../span-record.ts';
import { traceExtent } from '../trace.ts';
import { criticalPath } from './critical-path.ts';
import { spanTable } from './span-table.ts';

test('a span on its own is its critical path', () => {
  expect(pathOf([planSpan('root', { took: 10 })])).toEqual(['root 0-10']);
});

test('of parallel children the last to end counts, and before it the one that had ended by its start', () => {
  const spans = [
    planSpan('root', { took: 100 }),
    planSpan('first', { parent: 'root', at: 5, took: 30 }), // 5-35
    planSpan('shadowed', { parent: 'root', at: 10, took: 60 }), // 10-70
    planSpan('last', { parent: 'root', at: 40, took: 50 }), // 40-90
  ];

  expect(pathOf(spans)).toEqual(['root 0-5', 'first 5-35', 'root 35-40', 'last 40-90', 'root 90-100']);
});

test('it goes down into what the child waited for', () => {
  const spans = [
    planSpan('root', { took: 100 }),
    planSpan('call', { parent: 'root', at: 10, took: 80 }),
    planSpan('query', { parent: 'call', at: 20, took: 50 }),
  ];

  expect(pathOf(spans)).toEqual(['root 0-10', 'call 10-20', 'query 20-70', 'call 70-90', 'root 90-100']);
});

test('a child that outlives its parent within the root is cut to the parent', () => {
  const spans = [
    planSpan('root', { took: 100 }),
    planSpan('call', { parent: 'root', at: 10, took: 40 }),
    planSpan('slow', { parent: 'call', at: 20, took: 60 }),
  ];

  expect(pathOf(spans)).toEqual(['root 0-10', 'call 10-20', 'slow 20-50', 'root 50-100']);
});

test('work that ends after the root is nothing that the root waited for', () => {
  const spans = [
    planSpan('root', { took: 50 }),
    planSpan('query', { parent: 'root', at: 10, took: 10 }),
    planSpan('forgotten', { parent: 'root', at: 15, took: 90 }),
    planSpan('within', { parent: 'forgotten', at: 20, took: 10 }),
  ];

  expect(pathOf(spans)).toEqual(['root 0-10', 'query 10-20', 'root 20-50']);
});

test('a consumer that outlives its producer is nothing that the producer waited for', () => {
  const spans = [
    planSpan('root', { took: 50 }),
    planSpan('publish', { parent: 'root', at: 10, took: 10, kind: 'producer' }),
    planSpan('process', { parent: 'publish', at: 15, took: 20, kind: 'consumer' }),
  ];

  expect(pathOf(spans)).toEqual(['root 0-10', 'publish 10-20', 'root 20-50']);
});

test('a server whose clock is ahead is still what its client waited for', () => {
  const spans = [
    planSpan('root', { took: 50, kind: 'client' }),
    planSpan('handle', { parent: 'root', at: 30, took: 40, kind: 'server', service: 'payments' }),
  ];

  expect(pathOf(spans)).toEqual(['root 0-30', 'handle 30-50']);
});

test('starts that were rounded down to milliseconds take nothing off it', () => {
  const spans = [
    planSpan('root', { took: 20.2 }), // from 0.7 on
    planSpan('first', { parent: 'root', at: 1, took: 8.6 }), // from 1.9 on
    planSpan('second', { parent: 'root', at: 9, took: 11.9 }), // from 9.0 on
  ];

  expect(pathOf(spans)).toEqual(['root 0-1', 'first 1-9', 'second 9-20.2']);
});

test('spans that take no time, end before they start or name no start are not on it', () => {
  const spans = [
    planSpan('root', { took: 10 }),
    planSpan('nothing', { parent: 'root', at: 4, took: 0 }),
    planSpan('backwards', { parent: 'root', at: 5, took: -2 }),
    { ...planSpan('timeless', { parent: 'root', at: 5 }), startTimeUnixNano: 0n },
  ];

  expect(pathOf(spans)).toEqual(['root 0-10']);
});

test('in a trace of any shape the segments follow each other and add up to the duration of any span it starts from', () => {
  fc.assert(
    fc.property(anyTrace, fc.nat(), (trace, choice) => {
      fc.pre(trace.spans.length > 0);
      const table = spanTable(trace);
      const row = choice % table.spans.length;
      const root = table.spans[row]!;
      const { start } = traceExtent(trace);

      const path = criticalPath(table, row);

      const duration = Number(durationNanos(root));
      expect(path.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(duration);
      let at = Number(root.startTimeUnixNano - start);
      for (const { span, from, to } of path) {
        const { startTimeUnixNano, endTimeUnixNano } = table.spans[span]!;
        expect(from).toBe(at);
        expect(to).toBeGreaterThan(from);
        expect(from).toBeGreaterThanOrEqual(Number(startTimeUnixNano - start));
        expect(to).toBeLessThanOrEqual(Number(endTimeUnixNano - start));
        at = to;
      }
    }),
  );
});

test.each([
  ['inside each other', (i: number) => ({ parent: `${i - 1}`, at: i, took: 200_000 - 2 * i })],
  ['beside each other', (i: number) => ({ parent: '0', at: i * 2, took: 1 })],
  ['at the same time', () => ({ parent: '0', at: 5, took: 10 })],
])('100,000 spans %s take less than a second', (_shape, plan) => {
  const spans = Array.from({ length: 100_000 }, (_, i) =>
    planSpan('work', { id: `${i}`, ...(i === 0 ? { took: 400_000 } : plan(i)) }),
  );
  const table = spanTable(planTrace(spans));
  const before = process.cpuUsage();

  const path = criticalPath(table, 0);

  expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  expect(path.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(400_000e6);
});

/** Segments as `name from-to`, in milliseconds after the start of the trace. */
function pathOf(spans: readonly SpanRecord[]): string[] {
  const table = spanTable(planTrace(spans));
  const path = criticalPath(table, 0);
  return path.map(({ span, from, to }) => `${table.spans[span]?.name} ${from / 1e6}-${to / 1e6}`);
}
