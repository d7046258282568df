import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatTracestate } from './format-tracestate.ts';
import { parseTracestate } from './parse-tracestate.ts';

const FOO_BAR = [
  { key: 'foo', value: '1' },
  { key: 'bar', value: '2' },
];

// https://www.w3.org/TR/trace-context-2/#tracestate-header-field-values
describe('W3C Trace Context level 2, 3.3.1 tracestate header field values', () => {
  test('the list-members are separated by commas, and key and value by an equals sign', () => {
    expect(parseTracestate('foo=1,bar=2')).toEqual(FOO_BAR);
  });

  test('multiple headers are combined into a single one, in their order', () => {
    const tracestate = parseTracestate(['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3']);

    expect(tracestate?.map(({ key }) => key)).toEqual(['foo', 'bar', 'rojo', 'congo', 'baz']);
  });

  test.each(['', ' ', '\t', ',', ' ,\t, ', ['', ''], ['']])('an empty header is accepted: %j', (value) => {
    expect(parseTracestate(value)).toEqual([]);
  });

  test.each(['foo=1,,bar=2', ',foo=1,bar=2,', 'foo=1, \t ,bar=2', ['foo=1', '', 'bar=2'], ['', 'foo=1,bar=2']])(
    'empty and whitespace-only list-members are allowed: %j',
    (value) => {
      expect(parseTracestate(value)).toEqual(FOO_BAR);
    },
  );

  test.each([
    'foo=1 \t , \t bar=2',
    'foo=1\t \t,\t \tbar=2',
    ' foo=1,bar=2',
    '\tfoo=1,bar=2',
    'foo=1,bar=2 ',
    'foo=1,bar=2\t',
    '\t foo=1,bar=2 \t',
  ])('spaces and tabs around list-members are ignored: %j', (value) => {
    expect(parseTracestate(value)).toEqual(FOO_BAR);
  });

  test('there is no tracestate without a header', () => {
    expect(parseTracestate(undefined)).toBeUndefined();
    expect(parseTracestate(null)).toBeUndefined();
    expect(parseTracestate([])).toBeUndefined();
  });
});

// https://www.w3.org/TR/trace-context-2/#list
describe('W3C Trace Context level 2, 3.3.1.1 list', () => {
  const members = (count: number) => Array.from({ length: count }, (_, index) => `bar${index}=${index}`);

  test('32 list-members are inherited', () => {
    expect(parseTracestate(members(32).join(','))).toHaveLength(32);
  });

  test('33 list-members discard the tracestate', () => {
    expect(parseTracestate(members(33).join(','))).toBeUndefined();
  });

  test('the limit is one for all headers together', () => {
    expect(parseTracestate([...members(30), 'foo=1,baz=2'])).toHaveLength(32);
    expect(parseTracestate([...members(30), 'foo=1,baz=2,qux=3'])).toBeUndefined();
  });

  test('empty list-members do not count, as several headers that were joined may have many', () => {
    expect(parseTracestate(`${','.repeat(100)}${members(32).join(',,')}`)).toHaveLength(32);
  });
});

// https://www.w3.org/TR/trace-context-2/#list-members
describe('W3C Trace Context level 2, 3.3.1.2 list-members', () => {
  test.each([
    'foo',
    'foo=',
    '=1',
    '=',
    'foo =1',
    'FOO=1',
    'foo.bar=1',
    '@foo=1',
    '_foo=1',
    'foo=bar=baz',
    'foo=\u00e9',
    'foo=a\tb',
    `${'z'.repeat(257)}=1`,
    `foo=${'v'.repeat(257)}`,
  ])('one that is invalid discards all: %j', (invalid) => {
    expect(parseTracestate(`bar=2,${invalid}`)).toBeUndefined();
    expect(parseTracestate([invalid, 'bar=2'])).toBeUndefined();
  });

  test('leading spaces belong to the value, trailing ones do not', () => {
    expect(parseTracestate('foo=  1  ,bar=2')?.[0]).toEqual({ key: 'foo', value: '  1' });
  });
});

// https://www.w3.org/TR/trace-context-2/#combined-header-value: one entry per key; senders see to it, and receivers may
// leave duplicates in or discard them. The tracestate as such is inherited.
describe('W3C Trace Context level 2, 3.3.1.3 combined header value', () => {
  test.each(['foo=1,foo=1', 'foo=1,foo=2', ['foo=1', 'foo=1'], ['foo=1', 'foo=2']])(
    'of duplicated keys the first stays, which was written last: %j',
    (value) => {
      expect(parseTracestate(value)).toEqual([{ key: 'foo', value: '1' }]);
    },
  );

  test('the order of the others is kept', () => {
    expect(parseTracestate('foo=1,bar=2,foo=3,baz=4')?.map(({ value }) => value)).toEqual(['1', '2', '4']);
  });

  test('a duplicate is checked and counted like any other list-member', () => {
    expect(parseTracestate('foo=1,foo=\u00e9')).toBeUndefined();
    expect(parseTracestate(Array.from({ length: 33 }, () => 'foo=1'))).toBeUndefined();
  });
});

describe('properties of parseTracestate', () => {
  test('what is written is read back the same', () => {
    fc.assert(
      fc.property(tracestates, (tracestate) => {
        fc.pre(formatTracestate(tracestate).split(',').length >= tracestate.length);

        expect(parseTracestate(formatTracestate(tracestate))).toEqual(tracestate);
      }),
    );
  });

  test('nothing makes it throw, and what it returns is within the grammar and the limits', () => {
    const almost = fc
      .array(fc.stringMatching(/^[ \t]?[a-z@A]{0,2}[= ]?[ -~]{0,3}[ \t\u00e9]?$/))
      .map((parts) => parts.join(','));
    const values = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), almost, fc.array(almost));

    fc.assert(
      fc.property(values, (value) => {
        const tracestate = parseTracestate(value as string) ?? [];

        expect(tracestate.length).toBeLessThanOrEqual(32);
        expect(new Set(tracestate.map(({ key }) => key)).size).toBe(tracestate.length);
        for (const { key, value } of tracestate) {
          expect(key).toMatch(/^[a-z0-9][a-z0-9_\-*/@]{0,255}$/);
          expect(value).toMatch(/^(?!.* $)[ -+\--<>-~]{1,256}$/);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['spaces', ' '.repeat(1_000_000)],
    ['spaces inside a value', `foo=${' '.repeat(1_000_000)}1`],
    ['spaces that end in something else', `foo=1${' '.repeat(1_000_000)}\u00e9`],
    ['one long key', 'a'.repeat(1_000_000)],
    ['commas', ','.repeat(1_000_000)],
    ['list-members', 'a=b,'.repeat(250_000)],
    ['equals signs', '='.repeat(1_000_000)],
  ])('a million characters of %s are done with in no time', (_, value) => {
    const start = performance.now();

    parseTracestate(value);

    expect(performance.now() - start).toBeLessThan(5000); // what takes the square of the length takes minutes
  });
});

const tracestates = fc.uniqueArray(
  fc.record({
    key: fc.stringMatching(/^[a-z0-9][a-z0-9_\-*/@]{0,20}$/),
    value: fc.stringMatching(/^[ -+\--<>-~]{0,20}[!-+\--<>-~]$/),
  }),
  { maxLength: 32, selector: ({ key }) => key },
);
