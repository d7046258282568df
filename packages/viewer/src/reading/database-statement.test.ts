import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { planSpan } from '../../test/build-trace.ts';
import { databaseStatement, statementShape } from './database-statement.ts';

test.each([
  ['SELECT orders', { 'db.query.text': ' SELECT * FROM orders\n' }, 'SELECT * FROM orders'],
  ['pg.query:SELECT shop', { 'db.statement': 'SELECT 1' }, 'SELECT 1'],
  ['both', { 'db.query.text': 'new', 'db.statement': 'old' }, 'new'],
  ['pg.query:BEGIN shop', { 'db.statement': 'BEGIN' }, undefined],
  ['no text', { 'db.query.text': 7 }, undefined],
  ['empty', { 'db.query.text': ' ' }, undefined],
  ['none', {}, undefined],
])('a span named %s with %j has the statement %j', (name, attributes, statement) => {
  expect(databaseStatement(planSpan(name, { attributes }))).toBe(statement);
});

test.each([
  ['SELECT a FROM t1 WHERE b = 7', 'SELECT a FROM t1 WHERE b = ?'],
  ["SELECT a FROM t1 WHERE b = 'it''s'  AND c = -1.5e3", 'SELECT a FROM t1 WHERE b = ?? AND c = ?'],
  ['SELECT a FROM t1 WHERE b IN (1, 2,3)', 'SELECT a FROM t1 WHERE b IN (?)'],
  ['SELECT a FROM t1 WHERE b IN ($1, $2)', 'SELECT a FROM t1 WHERE b IN (?)'],
  ['UPDATE "t2" SET b = :1\n\tWHERE c = @2', 'UPDATE "t2" SET b = ? WHERE c = ?'],
  ['GET user:17:name', 'GET user:?:name'],
])('%j has the shape %j', (statement, shape) => {
  expect(statementShape(statement)).toBe(shape);
});

test('statements that differ in their values have one shape, others do not', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.stringMatching(/^[^']*$/), (one, other, text) => {
      const shapes = [one, other].map((id) => statementShape(`SELECT a FROM b WHERE c = ${id} AND d = '${text}'`));
      expect(shapes[0]).toBe(shapes[1]);
      expect(statementShape(`SELECT a FROM x WHERE c = ${one}`)).not.toBe(shapes[0]);
    }),
  );
});

// A pattern that takes quadratic time would need hours for one of these.
test.each(["'", '? ', '?, ', '1', '-', '$1', ' \n', '.1'])(
  'a statement of 16 Mi characters of %j is compared in linear time',
  (unit) => {
    expect(statementShape(unit.repeat(2 ** 24 / unit.length)).length).toBeLessThanOrEqual(2000);
  },
);
