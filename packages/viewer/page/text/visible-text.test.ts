import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { beginningOf, visibleBlock, visibleLine, visibleStart } from './visible-text.ts';

const HIDDEN = /(?!\n|\t|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const anyText = fc.string({ unit: 'binary' });
const oddText = fc.string({
  unit: fc.constantFrom('a', ' ', '\u202e', '\u200b', '\u0000', '\ud800', '\n', '👩', '\u{e0041}'),
});

test.each([
  ['user\u202egnp.exe', String.raw`user\u202egnp.exe`],
  ['a\u200bb\ufeff', String.raw`a\u200bb\ufeff`],
  ['\u001b[31mred\u0007', String.raw`\u001b[31mred\u0007`],
  ['tag\u{e0041}', String.raw`tag\u{e0041}`],
  ['SELECT *\n\tFROM  orders', 'SELECT * FROM orders'],
  ['half \ud83d', String.raw`half \ud83d`],
  ['naïve 日本 👍🏽 ❤️', 'naïve 日本 👍🏽 ❤️'],
])('%j is shown as %j', (text, shown) => {
  expect(visibleLine(text)).toBe(shown);
});

test('nothing that is hidden or steers the direction is left in a line or a block', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, oddText), (text) => {
      expect(visibleLine(text)).not.toMatch(HIDDEN);
      expect(visibleLine(text)).not.toMatch(/[\n\t]| {2}/);
      expect(visibleBlock(text)).not.toMatch(HIDDEN);
    }),
  );
});

test('a text that is shown is not changed when it is shown again', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, oddText), (text) => {
      expect(visibleLine(visibleLine(text))).toBe(visibleLine(text));
      expect(visibleBlock(visibleBlock(text))).toBe(visibleBlock(text));
    }),
  );
});

test('a block keeps its lines and tabs', () => {
  expect(visibleBlock('a\r\n\tb\n c\u2028')).toBe('a\n\tb\n c\\u2028');
});

test('a beginning is within its limit and never ends in half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, limit) => {
      const beginning = beginningOf(text, limit);
      expect(text.startsWith(beginning)).toBe(true);
      expect(beginning.length).toBeLessThanOrEqual(limit);
      expect(beginning).not.toMatch(/\p{Cs}/u);
    }),
  );
});

test('a long text is cut and marked, a short one is whole', () => {
  expect(visibleStart('abcdef', 3)).toBe('abc…');
  expect(visibleStart('abc', 3)).toBe('abc');
});

test('a text of millions of characters takes linear time', () => {
  const began = performance.now();
  visibleLine('a  '.repeat(700_000));
  visibleLine('\u202e'.repeat(700_000));
  expect(performance.now() - began).toBeLessThan(2000);
});
