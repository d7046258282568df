import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatRoute, LIST_VIEWS, parseRoute, type Route } from './route.ts';

const parse = (url: string) => {
  const { pathname, search } = new URL(url, 'http://127.0.0.1:4318');
  return parseRoute(pathname, search);
};

test.each<[string, Route]>([
  ['/', { view: 'traces', query: '' }],
  ['/?q=service%3Aorders+error', { view: 'traces', query: 'service:orders error' }],
  ['/map', { view: 'map', query: '' }],
  ['/logs?q=declined', { view: 'logs', query: 'declined' }],
  ['/traces?q=x', { view: 'traces', query: 'x' }],
  ['/trace/94A4C0DE', { view: 'trace', traceId: '94a4c0de' }],
  ['/trace/94a4/B7AD', { view: 'trace', traceId: '94a4', spanId: 'b7ad' }],
  ['/trace/', { view: 'traces', query: '' }],
  ['/trace/%E0', { view: 'trace', traceId: '%e0' }],
  ['/nowhere/else', { view: 'traces', query: '' }],
])('%s is a place', (url, route) => {
  expect(parse(url)).toEqual(route);
});

test('every place is found again by its URL', () => {
  const places = fc.oneof(
    fc.record({ view: fc.constantFrom(...LIST_VIEWS), query: fc.string() }),
    fc.record({ view: fc.constant('trace' as const), traceId: fc.stringMatching(/^[\da-f]{1,32}$/) }),
    fc.record({
      view: fc.constant('trace' as const),
      traceId: fc.stringMatching(/^[\da-f]{32}$/),
      spanId: fc.stringMatching(/^[\da-f]{16}$/),
    }),
  );
  fc.assert(
    fc.property(places, (route) => {
      expect(parse(formatRoute(route))).toEqual(route);
    }),
  );
});

test('any path and query is read', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (path, query) => {
      expect([...LIST_VIEWS, 'trace']).toContain(parseRoute(path, query).view);
    }),
  );
});
