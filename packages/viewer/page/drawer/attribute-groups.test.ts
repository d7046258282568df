import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { groupAttributes, statementOf } from './attribute-groups.ts';

test('attributes stand in the groups of their namespaces, in the order received', () => {
  const groups = groupAttributes([
    ['app.cents', 100],
    ['http.route', '/checkout'],
    ['db.query.text', 'SELECT 1'],
    ['url.path', '/checkout'],
    ['server.address', '127.0.0.1'],
    ['error.type', '500'],
  ]);

  expect(groups.map(({ title, pairs }) => `${title}: ${pairs.map(([key]) => key).join(' ')}`)).toEqual([
    'Error: error.type',
    'HTTP: http.route url.path',
    'Database: db.query.text',
    'Network: server.address',
    'Other: app.cents',
  ]);
});

test('every attribute is in exactly one group, whatever its key', () => {
  const key = fc.oneof(fc.string(), fc.constantFrom('http', 'db.', '.x', '__proto__', 'constructor', 'http.route'));
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.string())), (pairs) => {
      const grouped = groupAttributes(pairs).flatMap(({ pairs }) => pairs);
      const inOrder = (some: typeof pairs) => some.map((pair) => JSON.stringify(pair)).toSorted();
      expect(inOrder([...grouped] as typeof pairs)).toEqual(inOrder(pairs));
    }),
  );
});

test('the statement is found by its present and its former key', () => {
  expect(statementOf([['db.statement', 'SELECT 1']])).toBe('SELECT 1');
  expect(statementOf([['db.query.text', '']])).toBeUndefined();
  expect(statementOf([['db.query.text', 7]])).toBeUndefined();
});
