import { expect, test } from 'vitest';

import { commandOf, KEY_ROWS } from './key-rows.ts';

test('no key does two things', () => {
  const keys = KEY_ROWS.flatMap(({ keys }) => keys);

  expect(new Set(keys).size).toBe(keys.length);
});

test.each([
  ['/', 'find'],
  ['E', 'previousError'],
  ['e', 'nextError'],
  ['ArrowDown', 'next'],
  ['w', undefined],
])('%s is %s', (key, command) => {
  expect(commandOf(key)).toBe(command);
});
