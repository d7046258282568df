import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { sqlLines } from './sql-lines.ts';

test('a long statement is broken before its clauses', () => {
  const statement =
    "SELECT o.id, o.note FROM orders o LEFT JOIN customers c ON c.id = o.customer WHERE o.note = 'x and y' AND o.id = $1 ORDER BY o.id LIMIT 5";

  expect(sqlLines(statement)).toBe(`SELECT o.id, o.note
FROM orders o
LEFT JOIN customers c ON c.id = o.customer
WHERE o.note = 'x and y'
  AND o.id = $1
ORDER BY o.id
LIMIT 5`);
});

test.each(['SELECT 1 FROM a', 'SELECT id,\n  name FROM customers WHERE id = 1 AND name = 2'])(
  '%j stays as it is',
  (sql) => {
    expect(sqlLines(sql)).toBe(sql);
  },
);

test('nothing but white space is changed, and none within quotes', () => {
  const word = fc.constantFrom('select', 'FROM', 'x', ' ', '  ', "'a  from b'", '"and"', "'", '(', 'order by', '\t');
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), (words) => {
      const statement = words.join('');
      const withoutSpace = (text: string) => text.replaceAll(/\s+/g, '');
      expect(withoutSpace(sqlLines(statement))).toBe(withoutSpace(statement));
    }),
  );
  expect(sqlLines(`SELECT a FROM b WHERE text = 'one  two  where  three'`)).toContain(`'one  two  where  three'`);
});

test('a statement of many quotes and spaces takes linear time', () => {
  const began = performance.now();
  sqlLines(`${"'".repeat(9999)}${' '.repeat(10_000)}`);
  expect(performance.now() - began).toBeLessThan(1000);
});
