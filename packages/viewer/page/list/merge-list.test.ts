import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { TraceSummary } from '../../src/api/answers.ts';
import { planAnswer } from '../../test/plan-answer.ts';
import { appendPage, mergeList } from './merge-list.ts';

const { summary } = planAnswer([{ name: 'GET /' }]);
const trace = (traceId: string, spans = 1): TraceSummary => ({ ...summary, traceId, spans });
const idsOf = (traces: readonly TraceSummary[]) => traces.map(({ traceId }) => traceId).join('');
const traces = (ids: string) => Array.from(ids, (id) => trace(id));

test('a list that runs shows the latest', () => {
  const { shown, waiting } = mergeList(traces('cba'), traces('edcba'), false);

  expect(idsOf(shown)).toBe('edcba');
  expect(waiting).toBe(0);
});

test('on a list that is held, new traces wait and known ones get their latest numbers', () => {
  const { shown, waiting } = mergeList(traces('cba'), [trace('e'), trace('d'), trace('c', 7), trace('b')], true);

  expect(idsOf(shown)).toBe('cba');
  expect(shown[0]?.spans).toBe(7);
  expect(waiting).toBe(2);
});

test('an empty list is never held', () => {
  expect(idsOf(mergeList([], traces('a'), true).shown)).toBe('a');
});

test('traces that were forgotten stay on a list that is held', () => {
  expect(mergeList(traces('ba'), traces('dc'), true)).toMatchObject({ waiting: 2, shown: traces('ba') });
});

test('no page doubles a trace, and the order is kept', () => {
  const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
  fc.assert(
    fc.property(ids, ids, (shown, page) => {
      const all = appendPage(traces(shown.join('')), traces(page.join(''))).map(({ traceId }) => traceId);
      expect(all.slice(0, shown.length)).toEqual(shown);
      expect(all.toSorted()).toEqual([...new Set([...shown, ...page])].toSorted());
    }),
  );
});
