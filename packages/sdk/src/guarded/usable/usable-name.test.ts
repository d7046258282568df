import { expect, test } from 'vitest';

import { stderrOf } from '../../../test/stderr-of.ts';
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

test('a name in a message shows no secret, also where it is cut', () => {
  const secrets = `https://bob:SECRET-${'x'.repeat(80)}@h/${'a'.repeat(2000)}`;

  const lines = stderrOf(() => usableName('a span with a secret', secrets, ''));

  expect(lines).toEqual([expect.stringContaining('"https://REDACTED:REDACTED@h/aaa')]);
});
