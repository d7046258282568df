import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createLogGroups, type LogGroup } from './create-log-groups.ts';
import type { LogLine } from './log-line.ts';

const NO_BOUND = Infinity;

test('lines are grouped by trace: each as it came, none lost, and the groups in the order of their first line', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 5 })), (traces) => {
      const lines = traces.map((trace, n) => lineOf(String(trace + 1).repeat(32), n));
      const groups = createLogGroups(NO_BOUND);

      for (const line of lines) groups.add(line, 1);
      const taken = groups.takeAll();

      expect(taken.map(({ traceId }) => traceId)).toEqual([...new Set(lines.map(({ traceId }) => traceId))]);
      for (const group of taken) expect(group.lines).toEqual(lines.filter(({ traceId }) => traceId === group.traceId));
    }),
  );
});

test('within any bound nothing is lost, lines of a trace stay in order, and what waits is no more than the bound', () => {
  const traces = fc.array(fc.nat({ max: 9 }), { maxLength: 60 });

  fc.assert(
    fc.property(traces, fc.integer({ min: 1, max: 20 }), (traces, maxLines) => {
      const lines = traces.map((trace, n) => lineOf(String(trace).repeat(31) + '1', n));
      const groups = createLogGroups(maxLines);
      const left: LogGroup[] = [];
      for (const [n, line] of lines.entries()) {
        left.push(...groups.add(line, 1));
        expect(n + 1 - countOf(left)).toBeLessThanOrEqual(maxLines);
      }

      const all = [...left, ...groups.takeAll()];

      expect(countOf(all)).toBe(lines.length);
      for (const traceId of new Set(lines.map((line) => line.traceId))) {
        const ofTrace = all.filter((group) => group.traceId === traceId).flatMap((group) => group.lines);
        expect(ofTrace).toEqual(lines.filter((line) => line.traceId === traceId));
      }
    }),
  );
});

test('the group that has waited longest for a line leaves first', () => {
  const groups = createLogGroups(3);
  const [first, second, third] = ['1'.repeat(32), '2'.repeat(32), '3'.repeat(32)] as const;

  groups.add(lineOf(first, 1), 1);
  groups.add(lineOf(second, 2), 1);
  groups.add(lineOf(first, 3), 1);
  const left = groups.add(lineOf(third, 4), 1);

  expect(left.map(({ traceId }) => traceId)).toEqual([second]);
  expect(groups.takeAll().map(({ traceId }) => traceId)).toEqual([first, third]);
});

test('a line that is greater than the bound leaves at once', () => {
  const groups = createLogGroups(3);

  const left = groups.add(lineOf('1'.repeat(32), 1), 4);

  expect(left).toHaveLength(1);
  expect(groups.takeAll()).toEqual([]);
});

test('half an id joins the whole one that ends with it, whichever came first', () => {
  const [half, whole] = ['0'.repeat(16) + 'a'.repeat(16), 'b'.repeat(16) + 'a'.repeat(16)] as const;

  for (const traceIds of [
    [half, whole, half],
    [whole, half, whole],
  ]) {
    const groups = createLogGroups(NO_BOUND);
    for (const [n, traceId] of traceIds.entries()) groups.add(lineOf(traceId, n), 1);
    expect(groups.takeAll().map(({ traceId, lines }) => [traceId, lines.length])).toEqual([[whole, 3]]);
  }
});

test('two traces whose ids end alike stay two', () => {
  const [one, two] = ['b'.repeat(16) + 'a'.repeat(16), 'c'.repeat(16) + 'a'.repeat(16)] as const;
  const groups = createLogGroups(NO_BOUND);

  for (const [n, traceId] of [one, two, one].entries()) groups.add(lineOf(traceId, n), 1);

  expect(groups.takeAll().map(({ traceId, lines }) => [traceId, lines.length])).toEqual([
    [one, 2],
    [two, 1],
  ]);
});

function lineOf(traceId: string, n: number): LogLine {
  return { traceId, level: 'info', message: String(n), timeUnixNano: 0n, fields: {} };
}

function countOf(groups: readonly LogGroup[]): number {
  return groups.reduce((count, { lines }) => count + lines.length, 0);
}
