import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseForwarded } from './forwarded.ts';
import { redactQuery } from './redact-query.ts';
import { requestMethod } from '../requests/request-method.ts';
import { syntheticSource } from './synthetic-source.ts';

describe('a Forwarded header', () => {
  test.each([
    ['for=192.0.2.60;proto=http;by=203.0.113.43', [{ for: '192.0.2.60', proto: 'http', by: '203.0.113.43' }]],
    ['For="[2001:db8::1]:4711"', [{ for: '[2001:db8::1]:4711' }]],
    ['for=a, for=b;host="x, \\"y\\""', [{ for: 'a' }, { for: 'b', host: 'x, "y"' }]],
    ['for', []],
    ['for=a;;', []],
    ['for="a', []],
    ['', []],
  ])('%s has the hops %j', (header, hops) => {
    expect(parseForwarded(header)).toEqual(hops);
  });

  test('of any text throws nothing', () => {
    const near = fc.stringMatching(/^[a-z=";,\\ ]*$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        expect(parseForwarded(text)).toBeInstanceOf(Array);
      }),
    );
  });

  test('that is made of tokens is read as it was made', () => {
    const token = fc.stringMatching(/^[a-z0-9.]+$/);
    const hop = fc.record({ for: token, host: token, proto: token });
    fc.assert(
      fc.property(fc.array(hop, { minLength: 1, maxLength: 5 }), (hops) => {
        const header = hops.map((each) => `for=${each.for};host="${each.host}";proto=${each.proto}`).join(', ');
        expect(parseForwarded(header)).toEqual(hops);
      }),
    );
  });
});

describe('a query', () => {
  test.each([
    ['sig=a&b=c', 'sig=REDACTED&b=c'],
    ['b=c&sig=a&sig=b', 'b=c&sig=REDACTED&sig=REDACTED'],
    ['s%69g=a&%=b', 's%69g=REDACTED&%=b'],
    ['signal=a&sig', 'signal=a&sig'],
    ['a+b=c', 'a+b=REDACTED'],
  ])('%s becomes %s', (query, redacted) => {
    expect(redactQuery(query, ['sig', 'a b'])).toBe(redacted);
  });

  test('stays as it is where nothing is to be redacted, and keeps no secret where something is', () => {
    fc.assert(
      fc.property(fc.string(), (query) => {
        expect(redactQuery(query, [])).toBe(query);
      }),
    );
    fc.assert(
      fc.property(fc.webQueryParameters(), fc.webQueryParameters(), (before, after) => {
        const query = `${before}&token=secret-7&${after}`;
        expect(redactQuery(query, ['token'])).not.toContain('secret-7');
      }),
    );
  });
});

test.each([
  ['GET', 'GET'],
  ['get', 'GET'],
  [undefined, 'GET'],
  ['PURGE', '_OTHER'],
  ['toString', '_OTHER'],
])('the method %s is %s', (method, known) => {
  expect(requestMethod(method)).toBe(known);
});

test.each([
  ['AlwaysOn/1', 'test'],
  ['Mozilla (compatible; bingbot/2.0)', 'bot'],
  ['curl', undefined],
])('the user agent %s is %s', (userAgent, type) => {
  expect(syntheticSource(userAgent)).toBe(type);
});
