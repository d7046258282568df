import { expect, test } from 'vitest';

import type { MapNode } from '../../src/api/answers.ts';
import { nodeQuery } from './node-query.ts';

test.each<[MapNode['kind'], string, string]>([
  ['service', 'orders', 'service:orders'],
  ['service', 'my orders', 'service:"my orders"'],
  ['database', 'postgresql shop', 'postgresql shop'],
  ['queue', 'pg-boss confirmation-mail', 'pg-boss confirmation-mail'],
  ['external', 'api.example.com:443', '"api.example.com:443"'],
  ['queue', '-error error "x"', String.raw`"-error" "error" "\"x\""`],
])('the %s %s is searched for by %s', (kind, label, query) => {
  expect(nodeQuery({ kind, label })).toBe(query);
});
