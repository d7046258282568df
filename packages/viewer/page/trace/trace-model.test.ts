import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { type AnswerPlan, planAnswer } from '../../test/plan-answer.ts';
import { foldRepeats } from './fold-repeats.ts';
import { buildTraceModel, nameOf, type TraceModel } from './trace-model.ts';
import { type Openness, visibleRows } from './visible-rows.ts';

const ALL_OPEN: Openness = { collapsed: new Set(), folding: true, unfolded: new Set() };
const modelOf = (...tops: AnswerPlan[]) => buildTraceModel(planAnswer(tops));
const query = (name: string, took = 1): AnswerPlan => ({ name, kind: 3, system: 'postgresql', took });

const { plan } = fc.letrec<{ plan: AnswerPlan }>((tie) => ({
  plan: fc.record({
    name: fc.constantFrom('a', 'b'),
    failed: fc.boolean(),
    below: fc.oneof({ maxDepth: 5 }, fc.constant([]), fc.array(tie('plan'), { maxLength: 5 })),
  }),
}));
const anyModel = fc.array(plan, { maxLength: 4 }).map((plans) => modelOf(...plans));

/** Names of the rows, with `× n` for folds. */
function shown(model: TraceModel, openness: Partial<Openness> = {}): string[] {
  const folds = foldRepeats(model);
  const rows = visibleRows(model, folds, { ...ALL_OPEN, ...openness });
  return Array.from(rows.spans, (span, row) => {
    const fold = folds.list[rows.foldOf[row] ?? -1];
    return nameOf(model, span) + (fold === undefined ? '' : ` × ${fold.members.length}`);
  });
}

test('errors are counted in all that stands above them', () => {
  const model = modelOf({
    name: 'root',
    below: [{ name: 'calm' }, { name: 'call', failed: true, below: [{ name: 'deep', failed: true }] }],
  });

  expect([...model.errorsBelow]).toEqual([2, 0, 1, 0]);
  expect([...model.subtreeEnd]).toEqual([4, 2, 4, 4]);
  expect(model.errors).toEqual([2, 3]);
});

test('equal siblings with nothing to show are one row, and can be unfolded', () => {
  const model = modelOf({
    name: 'root',
    below: [query('SELECT'), query('INSERT'), query('SELECT'), query('SELECT'), { ...query('SELECT'), failed: true }],
  });

  expect(shown(model)).toEqual(['root', 'SELECT × 3', 'INSERT', 'SELECT']);
  expect(shown(model, { folding: false })).toHaveLength(6);
  expect(shown(model, { unfolded: new Set([model.spans.id[1] ?? '']) })).toHaveLength(6);
});

test('statements that differ in their literals alone are repeats, others are not', () => {
  const statement = (text: string): AnswerPlan => ({ ...query('SELECT'), notes: [{ kind: 'statement', text }] });
  const model = modelOf({
    name: 'root',
    below: [
      ...[1, 2, 3, 4, 5].map((id) => statement(`SELECT * FROM a WHERE id = ${id} AND b = 'x${id}'`)),
      ...['a', 'b', 'c'].map((table) => statement(`SELECT * FROM ${table}`)),
    ],
  });

  expect(shown(model)).toEqual(['root', 'SELECT × 5', 'SELECT', 'SELECT', 'SELECT']);
  expect(foldRepeats(model).list[0]?.looksLikeLoop).toBe(true);
});

test('what is below a collapsed span is seen in its row', () => {
  const model = modelOf({ name: 'root', below: [{ name: 'a', below: [{ name: 'b' }] }, { name: 'c' }] });
  const collapsed = new Set([model.spans.id[1] ?? '']);

  const rows = visibleRows(model, foldRepeats(model), { ...ALL_OPEN, collapsed });

  expect([...rows.spans]).toEqual([0, 1, 3]);
  expect([...rows.rowOf]).toEqual([0, 1, 1, 2]);
});

test('every span is seen in exactly one row, whatever is collapsed and unfolded', () => {
  fc.assert(
    fc.property(anyModel, fc.infiniteStream(fc.boolean()), fc.boolean(), (model, choices, folding) => {
      const pick = () => new Set(model.spans.id.filter(() => choices.next().value));
      const rows = visibleRows(model, foldRepeats(model), { collapsed: pick(), unfolded: pick(), folding });
      expect(rows.count).toBe(rows.spans.length);
      for (const [row, span] of rows.spans.entries()) expect(rows.rowOf[span]).toBe(row);
      for (const row of rows.rowOf) {
        expect(row).toBeGreaterThanOrEqual(0);
        expect(row).toBeLessThan(rows.count);
      }
      expect(rows.spans.toSorted()).toEqual(rows.spans);
    }),
  );
});

test('a chain of 100,000 spans and a fan of as many are modelled within a second', () => {
  let chain: AnswerPlan = { name: 'end', failed: true };
  for (let depth = 1; depth < 100_000; depth += 1) chain = { name: 'link', below: [chain] };
  const fan: AnswerPlan = { name: 'root', below: Array.from({ length: 100_000 }, () => query('SELECT')) };
  const answers = [planAnswer([chain]), planAnswer([fan])];

  const began = performance.now();
  const [deep, wide] = answers.map(buildTraceModel);

  expect(deep?.errorsBelow[0]).toBe(1);
  expect(shown(wide!)).toEqual(['root', 'SELECT × 100000']);
  expect(performance.now() - began).toBeLessThan(3000);
});

test('ids that collide are two spans, and the first one answers to the id', () => {
  const model = modelOf({ id: 'aa', name: 'root', below: [{ id: 'aa', name: 'twin' }] });

  expect(shown(model)).toEqual(['root', 'twin']);
  expect(model.indexOf('aa')).toBe(0);
});
