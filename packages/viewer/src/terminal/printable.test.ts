import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { cut, displayWidth, pad, printable, printableAsIs, printableStart } from './printable.ts';

test.each([
  ['GET /orders/:id', 'GET /orders/:id'],
  ['\u001B[31mred\u001B[39m', 'red'],
  ['\u001B]8;;https://example.com\u0007link\u001B]8;;\u0007', 'link'],
  ['a\u009Bb\u0000c\u007F', 'abc'],
  ['SELECT *\n  FROM orders\t\tWHERE', 'SELECT * FROM orders WHERE'],
  ['safe\u202Etxt.exe', 'safetxt.exe'],
  ['\u001B', ''],
  ['a\u001B]52;c;cHduZWQ=\u0007b', 'ab'],
  ['a\u001BP1$r0m\u001B\\b\u009D0;title\u009Cc', 'abc'],
  ['a\u001B]0;never ends', 'a0;never ends'],
  ['a\u001B[31', 'a31'],
  ['a\u001Bcb\u001B(Bc', 'abc'],
  ['a\u009B2Jb', 'ab'],
  ['日本語 ✓ é', '日本語 ✓ é'],
])('%j is printed as %j', (text, expected) => {
  expect(printable(text)).toBe(expected);
});

test('printable text has no control characters, whatever it is made of', () => {
  const piece = fc.constantFrom('\u001B', '[', ']', '31m', '\u009B', '\u0007', 'a', '\n', '\u202E', '\uD800');

  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      },
    ),
  );
});

test.each([
  ['abc', 3],
  ['日本', 4],
  ['🚀', 2],
  ['e\u0301', 1],
  ['→ ✖', 3],
])('%j takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('cut and padded text takes exactly its columns, unless a wide character does not fit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (raw, width) => {
      const text = printable(raw);

      expect(displayWidth(pad(cut(text, width), width))).toBe(width);
    }),
  );
});

test('a cut is marked', () => {
  expect(cut('abcdef', 4)).toBe('abc…');
  expect(cut('日本語', 4)).toBe('日…');
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('abc', 0)).toBe('');
});

// A pattern that takes quadratic time would need hours for one of these.
test.each([
  ['strings that do not end', '\u001B]0;'],
  ['strings that do not end, in single characters', '\u009D'],
  ['control sequences that do not end', '\u001B['],
  ['control sequences with parameters and no end', '\u001B[0;'],
  ['escapes with intermediates and no end', '\u001B    '],
  ['escapes', '\u001B'],
  ['white space', ' \t\n'],
  ['a string that does not end, once', 'x'],
  ['marks that combine', '\u0301'],
])(
  '16 Mi characters of %s are printable in linear time',
  (_what, unit) => {
    const text = `\u001B]0;${unit.repeat(2 ** 24 / unit.length)}`;

    expect(printable(text)).not.toMatch(/\p{Cc}/u);
    expect(printableAsIs(text)).not.toMatch(/(?!\t)\p{Cc}/u);
    expect(cut(printableStart(text), 20).length).toBeLessThanOrEqual(20 * 8 + 1);
  },
  60_000,
);

test('what stays as it is keeps tabs and spaces, and loses what steers the terminal or cannot be seen', () => {
  expect(printableAsIs('a\t b  \u001B[31mc\u202E\u200B\u0007')).toBe('a\t b  c');
});
