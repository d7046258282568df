import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { attributes, headers } from './key-value-list.ts';
import { flag, limit, listOf, oneOf, positiveNumber, ratio, text, url, wholeNumber, words } from './option-kind.ts';

const KINDS = {
  attributes,
  flag,
  headers,
  limit,
  listOf: listOf('otlp', 'none'),
  oneOf: oneOf('gzip', 'none'),
  positiveNumber,
  ratio,
  text,
  url,
  wholeNumber,
  words,
};

describe.each(Object.entries(KINDS))('the kind %s', (_, kind) => {
  test('never throws, gives a value or a problem, and only values that it accepts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (raw) => {
        const { value, problem } = kind.parse(raw);
        expect(value !== undefined || problem !== undefined || raw.replaceAll(/[,\s]/g, '') === '').toBe(true);
        if (value !== undefined) expect(kind.accepts(value)).toBe(true);
      }),
    );
  });

  test('accepts no other type of value', () => {
    for (const value of [Symbol('s'), () => 1, null, Number.NaN]) expect(kind.accepts(value)).toBe(false);
  });
});

test.each([
  ['abc', 'is not a number from 0 to 1'],
  ['2', 'is not a number from 0 to 1'],
  ['100%', 'is a percentage; write 0.1 for 10 %'],
  ['0,5', 'has a comma; write it with a point, as in 0.5'],
])('the ratio %s is refused with a remedy', (raw, problem) => {
  expect(ratio.parse(raw)).toEqual({ problem });
});

test.each([
  ['not a url', 'has a space in it'],
  ['"http://localhost:4318"', 'is in quotes that are part of the value; remove them'],
  ['localhost:4318', 'has no scheme; write http:// or https:// before it'],
  ['ftp://localhost', 'is not an http or https URL'],
  ['http://localhost:99999', 'is not an http or https URL'],
])('the endpoint %s is refused with a remedy', (raw, problem) => {
  expect(url.parse(raw)).toEqual({ problem });
});

test.each(['1.5', '-1', 'ten', '1e400', '0x'])('the size %s is refused', (raw) => {
  expect(positiveNumber.parse(raw).value).toBeUndefined();
});

test('a name in capitals is refused with the name as it should be', () => {
  expect(listOf('otlp', 'console').parse('OTLP')).toEqual({ problem: 'has a name in capitals; write otlp' });
});

test('the known names beside an unknown one are used', () => {
  const { value, problem } = listOf('otlp', 'console').parse('otlp, jaeger');

  expect(value).toEqual(['otlp']);
  expect(problem).toBe('has an unknown name; expected otlp, console');
});

describe('headers', () => {
  test('are percent-decoded and trimmed', () => {
    expect(headers.parse(' api-key = a%3Db , x-tenant=1').value).toEqual({ 'api-key': 'a=b', 'x-tenant': '1' });
  });

  test('with a bare space in the value are named and used', () => {
    const { value, problem } = headers.parse('authorization=Bearer abc');

    expect(value).toEqual({ authorization: 'Bearer abc' });
    expect(problem).toBe('has a bare space in the header authorization; write it as %20');
  });

  test.each(['my header=1', 'x=a%0Ab', 'x=a\nb', 'x=\u20ac', 'content-length=3', '"a=b"', 'no-equals', 'x=%zz'])(
    '%j is a problem that does not show the value',
    (raw) => {
      const { value, problem } = headers.parse(raw);

      expect(value).toBeUndefined();
      expect(problem).toEqual(expect.any(String));
      expect(problem).not.toMatch(/a\nb|€/);
    },
  );

  test.each([
    'host',
    'Transfer-Encoding',
    'connection',
    'Keep-Alive',
    'proxy-connection',
    'upgrade',
    'te',
    'trailer',
    'expect',
    'http2-settings',
    'user-agent',
    'grpc-timeout',
    'grpc-encoding',
  ])('%s, which belongs to the transport, is refused in a variable and in code', (name) => {
    const { value, problem } = headers.parse(`${name}=x,api-key=1`);

    expect({ ...value }).toEqual({ 'api-key': '1' });
    expect(problem).toBe(`sets ${name}, which the exporter writes itself`);
    expect(headers.accepts({ [name]: 'x' })).toBe(false);
  });

  test.each([
    [{ 'x-team': 'a\nb: c' }, 'it has a line break or a non-Latin character in the header x-team'],
    [{ 'my header': 'x' }, 'it has an invalid header name (stray space or quotes?)'],
    [{ Host: 'evil.example' }, 'it sets Host, which the exporter writes itself'],
    [{ 'api-key': 7 }, 'api-key is not a string'],
    [{ ':path': '/x' }, 'it has an invalid header name (stray space or quotes?)'],
    ['api-key=1', 'write an object, as in { "api-key": "…" }'],
  ])('given as %o are refused, and the message shows no value', (value, advice) => {
    expect(headers.accepts(value)).toBe(false);
    expect(headers.advise?.(value)).toBe(advice);
  });

  test('of the config file are used but for the wrong ones', () => {
    expect(headers.salvage?.({ 'x-a': '1', 'x-b': 'a\r\nb', host: 'x', 'x-c': 3 })).toEqual({ value: { 'x-a': '1' } });
    expect(headers.salvage?.({ host: 'x' })).toEqual({});
  });

  test('round trip through percent-encoding', () => {
    const name = fc.stringMatching(/^[a-z][a-z\d-]{0,20}$/).filter((n) => headers.accepts({ [n]: 'x' }));
    const value = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
    fc.assert(
      fc.property(fc.dictionary(name, value, { minKeys: 1 }), (pairs) => {
        const text = Object.entries(pairs).map(([n, v]) => `${n}=${encodeURIComponent(v)}`);
        expect({ ...headers.parse(text.join(',')).value }).toEqual({ ...pairs });
      }),
    );
  });
});
