import { expect, test } from 'vitest';

import { queryText } from './query-text.ts';

test.each<[string, unknown[] | undefined, string]>([
  ['get', ['a'], 'get a'],
  ['set', ['a', 'secret', 'EX', 10], 'set a [3 other arguments]'],
  ['hset', ['h', 'field', 'secret'], 'hset h field [1 other arguments]'],
  ['auth', ['secret'], 'auth [1 other arguments]'],
  ['ping', [], 'ping'],
  ['ping', undefined, 'ping'],
])('%s with %j is "%s"', (name, given, text) => {
  expect(queryText(name, given)).toBe(text);
});
