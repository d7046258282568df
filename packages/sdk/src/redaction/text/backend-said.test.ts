import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { backendSaid, type Sent } from './backend-said.ts';

const NOTHING: Sent = { url: 'http://x', headers: {} };
const KEY = 'SuperSecretKey123';
const SENT: Sent = { url: 'http://x', headers: { 'x-team': KEY, authorization: 'Basic YW5uYTpwYXNzd29yZDE=' } };

test('what a backend says is one short line that steers no terminal', () => {
  expect(backendSaid('\u001B[2J\u001B]0;pwned\u0007\u009Bno\u202E\r\nquota\u2028now', NOTHING)).toBe(
    '[2J]0;pwnedno quota now',
  );
  expect(backendSaid('A'.repeat(3_000_000), NOTHING)).toHaveLength(200);
  expect(backendSaid('', NOTHING)).toBe('');
});

describe('a value that the backend was sent is not shown', () => {
  test.each([
    [`tenant of ${KEY} has no quota`, 'tenant of REDACTED has no quota'],
    [KEY.toUpperCase(), 'REDACTED'],
    ['Super\u200BSecret\u0000Key123', 'REDACTED'],
    ['user anna-x: password1 is wrong', 'user anna-x: REDACTED is wrong'],
    ['YW5uYTpwYXNzd29yZDE=', 'REDACTED'],
  ])('in %j', (said, shown) => {
    expect(backendSaid(said, SENT)).toBe(shown);
  });

  test.each([
    ['an endpoint with user info', 'http://ann:s3cret%21x@h/v1', ['s3cret!x', 's3cret%21x', 'YW5uOnMzY3JldCF4']],
    ['a secret parameter of the endpoint', 'http://h/v1?api_key=s3cret-k', ['s3cret-k']],
  ])('of %s', (_, url, values) => {
    for (const value of values) expect(backendSaid(`no ${value} here`, { url, headers: {} })).toBe('no REDACTED here');
  });

  test('with characters that a URL or JSON would escape', () => {
    const headers = { 'x-key': 'a b"c\\d$e' };

    for (const said of ['a b"c\\d$e', JSON.stringify('a b"c\\d$e'), encodeURIComponent('a b"c\\d$e')]) {
      expect(backendSaid(said, { url: 'http://x', headers })).toMatch(/^"?REDACTED"?$/);
    }
  });

  test('wherever the text is cut', () => {
    const value = 'K3Y-'.repeat(300);
    fc.assert(
      fc.property(fc.nat(400), fc.nat(12), (before, times) => {
        const said = 'x'.repeat(before) + value.repeat(times) + value;

        expect(backendSaid(said, { url: 'http://x', headers: { key: value } })).not.toContain('K3Y');
      }),
    );
  });
});
