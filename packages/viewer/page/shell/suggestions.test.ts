import { expect, test } from 'vitest';

import { suggestionsFor, withSuggestion } from './suggestions.ts';

const SERVICES = ['gateway', 'orders', 'my orders'];
const termsFor = (query: string) => suggestionsFor(query, SERVICES).map(({ term }) => term);

test('an empty box suggests the keys, and no service yet', () => {
  expect(termsFor('')).toContain('error');
  expect(termsFor('')).toContain('service:');
  expect(termsFor('')).not.toContain('service:orders');
});

test.each([
  ['ser', ['service:']],
  ['service:', ['service:gateway', 'service:orders', 'service:"my orders"']],
  ['error service:o', ['service:orders']],
  ['-service:g', ['-service:gateway']],
  ['service:orders', []],
  ['nothing like it', []],
])('after %j the suggestions are %j', (query, terms) => {
  expect(termsFor(query)).toEqual(terms);
});

test('a suggestion takes the place of the term that is being typed', () => {
  expect(withSuggestion('error ser', { term: 'service:', text: '' })).toBe('error service:');
  expect(withSuggestion('error service:o', { term: 'service:orders', text: '' })).toBe('error service:orders ');
  expect(withSuggestion('', { term: 'error', text: '' })).toBe('error ');
});
