import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { anyTrace } from '../../test/any-trace.ts';
import { planSpan, planTrace } from '../../test/build-trace.ts';
import { spanTable } from './span-table.ts';

test('rows are those of the tree: parents first, children by their start, with their depth', () => {
  const trace = planTrace([
    planSpan('late', { parent: 'root', at: 5 }),
    planSpan('leaf', { parent: 'early', at: 2 }),
    planSpan('root'),
    planSpan('early', { parent: 'root', at: 1 }),
  ]);

  const { spans, parents, depths, tops } = spanTable(trace);

  expect(spans.map(({ name }) => name)).toEqual(['root', 'early', 'leaf', 'late']);
  expect(parents).toEqual([-1, 0, 1, 0]);
  expect(depths).toEqual([0, 1, 2, 1]);
  expect(tops).toEqual({});
});

test('rows at the top that are no roots are marked', () => {
  const trace = planTrace([
    planSpan('inner', { parent: 'not here' }),
    planSpan('root'),
    planSpan('hen', { parent: 'egg' }),
    planSpan('egg', { parent: 'hen', at: 1 }),
  ]);

  const { spans, depths, tops } = spanTable(trace);

  expect(spans.map(({ name }) => name)).toEqual(['root', 'inner', 'hen', 'egg']);
  expect(depths).toEqual([0, 0, 0, 1]);
  expect(tops).toEqual({ 1: 'orphan', 2: 'cycle' });
});

test('a trace of any shape has each span in one row, below its parent and one deeper', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const { spans, parents, depths, tops } = spanTable(trace);

      expect(new Set(spans)).toEqual(new Set(trace.spans));
      expect(spans).toHaveLength(trace.spans.length);
      for (const [row, parent] of parents.entries()) {
        expect(parent).toBeLessThan(row);
        if (parent === -1) expect(depths[row]).toBe(0);
        else expect([spans[row]?.parentSpanId, depths[row]]).toEqual([spans[parent]?.spanId, depths[parent]! + 1]);
        const isHere = spans.some(({ spanId }) => spanId === spans[row]?.parentSpanId);
        if (parent === -1 && isHere) expect(tops[row]).toBe('cycle');
      }
    }),
  );
});

test('100,000 spans inside each other are rows', () => {
  const spans = Array.from({ length: 100_000 }, (_, i) => planSpan('deep', { id: `${i}`, parent: `${i - 1}` }));

  const { depths } = spanTable(planTrace(spans));

  expect(depths.at(-1)).toBe(99_999);
});
