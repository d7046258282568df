import fc from 'fast-check';
import { expect, test } from 'vitest';

import { readExpression } from '../../test/ottl-condition-reader.ts';
import { compileGlob } from '../policy/glob.ts';
import { globExpression } from './glob-expression.ts';

test.each([
  ['/orders', '^/orders$'],
  ['/orders/*', '^/orders/[^/]*$'],
  ['/orders/**', '^/orders(?:/(?s:.*))?$'],
  ['**.example.?om', String.raw`^(?s:.*)\.example\.[^/]om$`],
  [String.raw`a\*(b)`, String.raw`^a\*\(b\)$`],
  ['\u2028é', String.raw`^\x{2028}é$`],
])('the glob %s is the expression %s', (glob, expression) => {
  expect(globExpression(glob)).toBe(expression);
});

const chars = [
  'a',
  'b',
  '/',
  '*',
  '**',
  '?',
  '\\',
  '.',
  '+',
  '$',
  '^',
  '(',
  '[',
  '{',
  '|',
  ']',
  '-',
  'é',
  '😀',
  '\n',
  '\r',
  '\u2028',
  '\0',
  '\u{E0001}',
  '\uFEFF',
  'ſ',
  'K',
  'ß',
];
const parts = (unit: fc.Arbitrary<string>) => fc.array(unit, { maxLength: 8 }).map((each) => each.join(''));
const globs = parts(
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...chars) }, fc.string({ unit: 'grapheme', maxLength: 1 })),
);
const texts = parts(
  fc.oneof(fc.constantFrom(...chars.filter((char) => char !== '**')), fc.string({ unit: 'grapheme', maxLength: 1 })),
);

test('the expression of a glob accepts exactly what the glob accepts', () => {
  let fitting = 0;
  const related = globs.chain((glob) => fc.tuple(fc.constant(glob), fc.oneof(texts, fillings(glob))));
  fc.assert(
    fc.property(related, ([glob, text]) => {
      const expected = compileGlob(glob)(text);
      expect({ glob, text, matches: readExpression(globExpression(glob)).test(text) }).toEqual({
        glob,
        text,
        matches: expected,
      });
      if (expected) fitting += 1;
    }),
    { numRuns: 5000 },
  );
  expect(fitting).toBeGreaterThan(1000);
});

/** Texts that are like the glob: something in the place of each wildcard. */
function fillings(glob: string): fc.Arbitrary<string> {
  return fc.array(texts, { minLength: 1, maxLength: 4 }).map((fills) => {
    let next = 0;
    const text = glob.replaceAll(
      /\*+|\?|\\(.)/gsu,
      (_, escaped?: string) => escaped ?? fills[next++ % fills.length] ?? '',
    );
    return text.endsWith('/') && fills.length > 2 ? text.slice(0, -1) : text;
  });
}
