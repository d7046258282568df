import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createGlob } from './create-glob.ts';

test.each([
  ['GET /*', 'GET /orders', true],
  ['GET /*', 'POST /orders', false],
  ['*', '', true],
  ['', '', true],
  ['', 'x', false],
  ['aba*aba', 'aba', false],
  ['*.example.*', 'a.example.com', true],
  ['a*b*c', 'a-c-b', false],
])('%j against %j: %j', (pattern, text, matches) => {
  expect(createGlob(pattern)(text)).toBe(matches);
});

test('a pattern matches what a regular expression of the same meaning does', () => {
  const word = (...alphabet: string[]) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 });

  fc.assert(
    fc.property(word('a', 'b', '*'), word('a', 'b'), (pattern, text) => {
      expect(createGlob(pattern)(text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
    }),
    { numRuns: 2000 },
  );
});

test('many stars against a long text take no time', () => {
  const matches = createGlob('*a'.repeat(400));
  const before = process.cpuUsage();

  expect(matches(`${'a'.repeat(1_000_000)}b`)).toBe(false);
  expect(process.cpuUsage(before).user).toBeLessThan(500_000);
});
