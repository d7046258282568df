import { expect, test } from 'vitest';

import { usableName } from './usable-name.ts';

test.each([
  ['GET /', 'GET /'],
  ['', ''],
  ['n'.repeat(1024), 'n'.repeat(1024)],
  ['n'.repeat(1025), 'n'.repeat(1024)],
  [7, '7'],
  [NaN, 'NaN'],
  [false, 'false'],
  [undefined, 'unknown'],
  [null, 'unknown'],
  [Symbol('a'), 'unknown'],
  [7n, 'unknown'],
  [{ toString: () => 'text' }, 'unknown'],
])('%o is named %s', (name, expected) => {
  expect(usableName('a span', name, 'unknown')).toBe(expected);
});
