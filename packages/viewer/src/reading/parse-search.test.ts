import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseSearch } from './parse-search.ts';

const text = (text: string) => ({ what: 'text', text });
const attribute = (key: string, pattern: string, exact = false) => ({ what: 'attribute', key, pattern, exact });
const field = (field: string, pattern: string) => ({ what: 'field', field, pattern });

test.each([
  ['', []],
  ['   ', []],
  ['Declined', [text('declined')]],
  ['card declined', [text('card'), text('declined')]],
  ['"Card  declined"', [text('card  declined')]],
  [String.raw`"say \"hi\" to \\host\x"`, [text(String.raw`say "hi" to \host\x`)]],
  ['service:Orders-API', [field('service', 'orders-api')]],
  ['name:"GET /orders/*"', [field('name', 'get /orders/*')]],
  ['route:/orders/:id', [field('route', '/orders/:id')]],
  ['status:500', [field('status', '500')]],
  ['status:>=500', [{ what: 'number', key: 'status', compare: '>=', value: 500 }]],
  ['kind:server', [field('kind', 'server')]],
  ['error', [{ what: 'error' }]],
  ['is:error', [{ what: 'error' }]],
  ['"error"', [text('error')]],
  ['duration>50ms', [{ what: 'duration', compare: '>', nanos: 50e6 }]],
  ['duration<=1.5s', [{ what: 'duration', compare: '<=', nanos: 1.5e9 }]],
  ['db.system.name:Postgres*', [attribute('db.system.name', 'postgres*')]],
  ['db.system.name=Postgres', [attribute('db.system.name', 'Postgres', true)]],
  ['retries>-10.5', [{ what: 'number', key: 'retries', compare: '>', value: -10.5 }]],
  ['__proto__:x', [attribute('__proto__', 'x')]],
])('%j is understood', (search, terms) => {
  expect(parseSearch(search)).toEqual(terms.map((term) => ({ negated: false, ...term })));
});

test.each([
  ['-card', text('card')],
  ['-"card declined"', text('card declined')],
  ['-service:api', field('service', 'api')],
  ['-error', { what: 'error' }],
])('%j is negated', (search, term) => {
  expect(parseSearch(search)).toEqual([{ negated: true, ...term }]);
});

test.each([
  '-',
  'service:',
  ':x',
  'http://localhost:3000/orders',
  'a=>b',
  'kind:blue',
  'is:slow',
  'duration>soon',
  'retries>many',
  '12:30:05',
  '"half',
  'service:"half',
  'payments/charge.ts:120',
  'ab"c"',
])('the malformed %j is a text to look for', (search) => {
  expect(parseSearch(search)).toEqual([{ negated: false, ...text(search.toLowerCase()) }]);
});

test('a quote that nothing closes leaves the other words as they are', () => {
  expect(parseSearch('"half a "phrase')).toEqual(
    [text('half a '), text('phrase')].map((term) => ({ negated: false, ...term })),
  );
  expect(parseSearch('half "a phrase')?.map((term) => term.what === 'text' && term.text)).toEqual([
    'half',
    '"a',
    'phrase',
  ]);
});

test('more than 1,000 characters or 30 terms are not taken', () => {
  expect(parseSearch('x'.repeat(1000))).toHaveLength(1);
  expect(parseSearch('x'.repeat(1001))).toBeUndefined();
  expect(parseSearch('x '.repeat(30))).toHaveLength(30);
  expect(parseSearch('x '.repeat(31))).toBeUndefined();
});

test('any text is understood in some way, and nothing of it is lost', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...Array.from('ab1-:=<>"\\* .\u00e9\u{1f600}\n')), maxLength: 60 });

  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), hostile), (search) => {
      const terms = parseSearch(search);
      fc.pre(terms !== undefined);

      expect(terms.length > 0).toBe(search.trim() !== '');
    }),
    { numRuns: 2000 },
  );
});

test('any text can be looked for, as a phrase or as a value', () => {
  const quoted = (value: string) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }), (value) => {
      expect(parseSearch(quoted(value))).toEqual([{ negated: false, ...text(value.toLowerCase()) }]);
      expect(parseSearch(`a.b=${quoted(value)} x`)?.[0]).toEqual({ negated: false, ...attribute('a.b', value, true) });
    }),
    { numRuns: 1000 },
  );
});
