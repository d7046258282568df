import fc from 'fast-check';
import { expect, test } from 'vitest';

import { compileGlob } from './glob.ts';

test.each([
  ['/orders', ['/orders'], ['/orders/', '/order', '/orders/1', '']],
  ['/orders/*', ['/orders/1', '/orders/'], ['/orders', '/orders/1/items']],
  ['/orders/**', ['/orders', '/orders/', '/orders/1/items'], ['/orders1', '/order']],
  ['/*/items/**', ['/orders/items', '/orders/items/2/3'], ['/a/b/items', '/orders/item']],
  ['**', ['', 'a', '/a/b\nc'], []],
  ['*', ['', 'a b'], ['/', 'a/b']],
  ['GET /orders/?', ['GET /orders/1'], ['GET /orders/', 'GET /orders/12', 'GET /orders//']],
  ['?-*', ['é-', '😀-👍'], ['😀😀-', '-']],
  ['eu-*-1?', ['eu-west-1a', 'eu--1b'], ['eu-west-1', 'us-west-1a']],
  [String.raw`\*\\`, [String.raw`*\ `.trim()], ['a\\', '*']],
  ['\\', ['\\'], ['']],
  ['.+[a]$', ['.+[a]$'], ['aa']],
])('the glob %s', (glob, fitting, others) => {
  const fits = compileGlob(glob);

  expect(fitting.filter((text) => !fits(text))).toEqual([]);
  expect(others.filter(fits)).toEqual([]);
});

/** The same by a regular expression, which may take for ever. */
function model(glob: string): RegExp {
  const body = glob.replaceAll(/\*{2,}|\\?[^]/g, (part) => {
    if (part.startsWith('**')) return '[^]*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    const char = part.length === 2 ? part[1] : part;
    return `\\u${char?.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return new RegExp(`^${body}$`);
}

test('a glob fits what the regular expression of the same meaning fits', () => {
  const globs = fc
    .array(fc.constantFrom('a', 'b', '/', '*', '**', '?', '\\*', '\\'), { maxLength: 8 })
    .map((parts) => parts.join(''));
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '\\'), maxLength: 8 });
  let fitting = 0;
  fc.assert(
    fc.property(globs, texts, (glob, text) => {
      const expression = model(glob);
      const expected = expression.test(text) || (glob.endsWith('/**') && expression.test(`${text}/`));
      expect({ glob, text, fits: compileGlob(glob)(text) }).toEqual({ glob, text, fits: expected });
      if (expected) fitting += 1;
    }),
    { numRuns: 3000 },
  );
  expect(fitting).toBeGreaterThan(100);
});

test('a glob that makes others back up ends', () => {
  const fits = compileGlob(`${'*a'.repeat(100)}*b`);

  expect(fits('a'.repeat(4096))).toBe(false);
  expect(compileGlob(`${'**a'.repeat(80)}b`)('a'.repeat(1_000_000))).toBe(false);
});

test('of a long text the beginning is looked at', () => {
  const text = `a${' '.repeat(5000)}b`;

  expect(compileGlob('a**')(text)).toBe(true);
  expect(compileGlob('a**b')(text)).toBe(false);
});

test('no glob and no text makes it throw', () => {
  const strings = fc.string({ unit: 'binary' });
  const property = fc.property(strings, strings, (glob, text) => {
    expect(compileGlob(glob)(text)).toBeTypeOf('boolean');
  });
  fc.assert(property);
});
