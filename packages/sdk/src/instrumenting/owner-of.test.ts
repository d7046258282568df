import { expect, test } from 'vitest';

import { ownerOf } from './owner-of.ts';

test.each([
  ['node:http', 'http'],
  ['node:dns/promises', 'dns/promises'],
  ['file:///app/node_modules/pg/lib/index.js', 'pg'],
  ['file:///app/node_modules/@fastify/otel/index.js', '@fastify/otel'],
  ['file:///app/node_modules/a/node_modules/b/c.js', 'b'],
  ['file:///app/node_modules/.pnpm/pg@8.23.1/node_modules/pg/lib/client.js', 'pg'],
  ['file:///app/node_modules/pg/lib/index.js?iitm=true', 'pg'],
  ['file:///app/src/http.js', undefined],
  ['file:///app/node_modules/lonely.js', undefined],
  ['file:///app/node_modules/@scope/lonely.js', undefined],
  ['data:text/javascript,1', undefined],
])('%s belongs to %s', (url, owner) => {
  expect(ownerOf(url)).toBe(owner);
});
