import { expect, test } from 'vitest';

import type { AttributeValue } from '../attribute-value.ts';
import { formatValue } from './format-value.ts';

test.each<[AttributeValue, string]>([
  ['text', '"text"'],
  [81, '81'],
  [9_223_372_036_854_775_807n, '9223372036854775807'],
  [true, 'true'],
  [null, 'null'],
  [new Uint8Array(3), '<3 bytes>'],
  [[1, 'a', [2]], '[1, "a", [2]]'],
  [{ orderId: 81, card: { brand: 'visa' } }, '{orderId: 81, card: {brand: "visa"}}'],
  [{ a: { b: { c: { d: 1 } } } }, '{a: {b: {c: …}}}'],
])('%s is written as %s', (value, text) => {
  expect(formatValue(value)).toBe(text);
});
