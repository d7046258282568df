import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { fieldTerm, hasTerm, queryTerms, toggleTerm, typedTerm } from './query-terms.ts';

test.each<[string, string[]]>([
  ['', []],
  ['service:orders  error', ['service:orders', 'error']],
  ['name:"POST /orders" -health', ['name:"POST /orders"', '-health']],
  ['open "end', ['open', '"end']],
])('the terms of %j are %j', (query, terms) => {
  expect(queryTerms(query)).toEqual(terms);
});

test('a term is added, and taken away again', () => {
  expect(toggleTerm('words', 'error')).toBe('words error');
  expect(toggleTerm('words error here', 'error')).toBe('words here');
});

test.each([
  ['orders', 'service:orders'],
  ['my orders', 'service:"my orders"'],
  ['a"b\\c', String.raw`service:"a\"b\\c"`],
])('the service %j is the term %s', (service, term) => {
  expect(fieldTerm('service', service)).toBe(term);
});

test('a field is one term, whatever its value', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.constantFrom('', 'error', 'a "b c"'), (value, before) => {
      const term = fieldTerm('service', value);
      expect(queryTerms(term)).toEqual([term]);
      const query = toggleTerm(before, term);
      expect(hasTerm(query, term)).toBe(true);
      expect(toggleTerm(query, term)).toBe(before);
    }),
  );
});

test.each([
  ['error ser', 'ser'],
  ['error ', ''],
  ['name:"POST ', ''],
  ['http.route:/che', 'http.route:/che'],
])('after %j the term %j is being typed', (query, term) => {
  expect(typedTerm(query)).toBe(term);
});

test('a query of many quotes takes linear time', () => {
  const began = performance.now();
  queryTerms('"\\'.repeat(50_000));
  typedTerm(`${'"a'.repeat(5000)} `);
  expect(performance.now() - began).toBeLessThan(2000);
});
