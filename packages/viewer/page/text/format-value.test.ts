import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { DetailValue } from '../../src/api/answers.ts';
import { inlinePairs, inlineValue, valueText } from './format-value.ts';

const { value: anyValue } = fc.letrec<{ value: DetailValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.record({ $int: fc.bigInt().map(String) }),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
  ),
}));

test.each<[DetailValue, string, string]>([
  ['text', '"text"', 'text'],
  [81, '81', '81'],
  [{ $int: '9223372036854775807' }, '9223372036854775807', '9223372036854775807'],
  [{ $double: 'NaN' }, 'NaN', 'NaN'],
  [{ $bytes: 'AAAA' }, '<3 bytes> AAAA', '<3 bytes> AAAA'],
  [null, 'null', 'null'],
  [[1, 'a, b', [2]], '[1, "a, b", [2]]', '[1,"a, b",[2]]'],
  [{ orderId: 81, ids: [{ $int: '1' }] }, '{orderId: 81, ids: [1]}', '{"orderId":81,"ids":["1"]}'],
  [{ a: { b: { c: { d: 1 } } } }, '{a: {b: {c: {d: 1}}}}', '{"a":{"b":{"c":{"d":1}}}}'],
])('%j is %s within a line and %s as a text', (value, inline, text) => {
  expect(inlineValue(value)).toBe(inline);
  expect(valueText(value)).toBe(text);
});

test('pairs stand side by side', () => {
  expect(
    inlinePairs([
      ['orderId', 81],
      ['card', 'visa'],
    ]),
  ).toBe('orderId: 81, card: "visa"');
});

test('of a text of many lines, a line holds the first', () => {
  expect(inlineValue({ stack: 'Error: boom\n    at main (/app/main.ts:1:1)' })).toBe('{stack: "Error: boom…"}');
});

test('whatever the value is, a line holds some hundred characters of it', () => {
  fc.assert(
    fc.property(anyValue, fc.array(fc.tuple(fc.string({ maxLength: 20 }), anyValue)), (value, pairs) => {
      expect(inlineValue(value).length).toBeLessThan(1200);
      expect(inlinePairs(pairs).length).toBeLessThan(1200);
    }),
  );
  expect(inlineValue('x'.repeat(1_000_000)).length).toBeLessThan(600);
});

test('a value that is nested too deeply is named and does not throw', () => {
  let deep: DetailValue = [];
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];

  expect(valueText(deep)).toBe('<nested too deeply to be shown>');
  expect(inlineValue(deep)).toBe('[[[[…]]]]');
});
