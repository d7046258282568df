import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { planAnswer } from '../../test/plan-answer.ts';
import { findRows, mergedIndexes, nextOf } from './find-rows.ts';
import { pathShares, selfTime } from './path-shares.ts';
import { buildTraceModel } from './trace-model.ts';

const model = buildTraceModel(
  planAnswer([
    {
      name: 'POST /orders',
      took: 100,
      service: 'gateway',
      below: [
        { id: 'abcd', name: 'charge', at: 10, took: 20, notes: [{ kind: 'error', text: 'Card declined' }] },
        { name: 'SELECT shop', at: 20, took: 30, service: 'orders', system: 'postgresql', logs: ['order placed'] },
        { name: 'send', at: 90, took: 40 },
      ],
    },
  ]),
);

test.each<[string, number[]]>([
  ['ORDERS', [0, 2]],
  ['declined', [1]],
  ['postgres', [2]],
  ['placed', [2]],
  ['abc', [1]],
  ['nothing', []],
  [' ', []],
])('%j is found in rows %j', (text, rows) => {
  expect(findRows(model, text)).toEqual(rows);
});

test('the next and the previous one go round at the ends', () => {
  expect(nextOf([2, 5, 9], 5, 1)).toBe(9);
  expect(nextOf([2, 5, 9], 9, 1)).toBe(2);
  expect(nextOf([2, 5, 9], 3, -1)).toBe(2);
  expect(nextOf([2, 5, 9], 2, -1)).toBe(9);
  expect(nextOf([2, 5, 9], undefined, 1)).toBe(2);
  expect(nextOf([], 3, 1)).toBeUndefined();
});

test('going on from any index visits all, each once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50), { minLength: 1 }), fc.nat(50), (some, from) => {
      const indexes = mergedIndexes(some, []);
      const visited: number[] = [];
      let current: number | undefined = from;
      for (let step = 0; step < indexes.length; step += 1) {
        current = nextOf(indexes, current, 1);
        visited.push(current ?? -1);
      }
      expect(mergedIndexes(visited, [])).toEqual(indexes);
    }),
  );
});

test('the time of its own is what children do not cover, within the span', () => {
  expect(selfTime(model, 0)).toBe((100 - 40 - 10) * 1e6);
  expect(selfTime(model, 1)).toBe(20e6);
});

test('services share the critical path, and those that are not on it have none', () => {
  const answer = {
    ...model.answer,
    critical: [
      { span: 0, from: 0, to: 30 },
      { span: 2, from: 30, to: 40 },
    ],
  };

  expect(pathShares(buildTraceModel(answer))).toEqual([
    { service: 'gateway', share: 0.75 },
    { service: 'orders', share: 0.25 },
  ]);
  expect(pathShares(buildTraceModel({ ...answer, critical: [] })).map(({ share }) => share)).toEqual([0, 0]);
});
