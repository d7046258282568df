import fc from 'fast-check';
import { expect, test } from 'vitest';

import { matchNames } from './name-pattern.ts';

test.each([
  ['customer.email', 'customer.email', true],
  ['customer.email', 'customer.Email', false],
  ['user.*', 'user.name', true],
  ['user.*', 'user.', true],
  ['user.*', 'user', false],
  ['*.email', 'customer.email', true],
  ['*.email', 'email', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c', false],
  ['ab*b', 'ab', false],
  ['*', 'anything', true],
])('%s and %s: %s', (pattern, name, isMatch) => {
  expect(matchNames([pattern])(name)).toBe(isMatch);
});

test('a pattern matches as the regular expression does that it means', () => {
  const pattern = fc.array(fc.constantFrom('a', 'b', '*', '.'), { maxLength: 8 }).map((letters) => letters.join(''));
  const name = fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 8 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(pattern, name, (pattern, name) => {
      const expected = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name);

      expect(matchNames([pattern])(name)).toBe(expected);
    }),
  );
});
