import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { displayWidth, printable } from './printable.ts';
import { wrapText } from './wrap-text.ts';

test.each([
  ['short', ['short']],
  ['GET /customers/:customer/orders', ['GET /', 'customers/', ':customer/', 'orders']],
  ['exactly 10', ['exactly 10']],
  ['process confirmation mail', ['process', 'confirmati', 'on mail']],
  ['日本語日本語日本語', ['日本語日本', '語日本語']],
  ['', ['']],
])('%j is wrapped at ten columns as %j', (text, lines) => {
  expect(wrapText(text, { first: 10, rest: 10, lines: 5 })).toEqual(lines);
});

test('the lines below the first may be wider, and what does not fit on them is cut', () => {
  expect(wrapText('one two three four five six seven', { first: 4, rest: 11, lines: 3 })).toEqual([
    'one',
    'two three',
    'four five …',
  ]);
});

test('nothing but white space at the breaks is lost, no line is too wide, and there is an end', () => {
  const room = fc.integer({ min: 2, max: 40 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), room, room, (raw, first, rest) => {
      const text = printable(raw).trim();

      const lines = wrapText(text, { first, rest, lines: 1000 });

      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      for (const [i, line] of lines.entries()) expect(displayWidth(line)).toBeLessThanOrEqual(i === 0 ? first : rest);
    }),
  );
});
