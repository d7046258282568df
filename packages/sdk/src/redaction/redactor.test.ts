import { createHmac } from 'node:crypto';

import { forgetReports } from '@clew/diagnostics';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';

import { stderrOf } from '../../test/stderr-of.ts';
import { DEFAULTS } from '../options/options.ts';
import type { ResolvedRedactOptions } from './redact-options.ts';
import { createRedactor, type Redactor } from './redactor.ts';

const redactorWith = (options: Partial<ResolvedRedactOptions> = {}) =>
  createRedactor({ ...DEFAULTS.redact, ...options });

beforeEach(() => forgetReports());

describe('by default', () => {
  const redactor = redactorWith();

  test.each([
    'http.request.header.authorization',
    'http.request.header.Proxy-Authorization',
    'http.request.header.proxy_authorization',
    'http.request.header.cookie',
    'http.response.header.set-cookie',
    'http.request.header.x-api-key',
    'http.request.header.x_auth_token',
    'http.request.header.x-amz-security-token',
    'rpc.grpc.request.metadata.authorization',
    'db.password',
    'user.apiKey',
    'CLIENT_SECRET',
    'access_token',
  ])('the attribute %s is withheld, as a text and as a list', (name) => {
    expect(redactor.value(name, 'abc')).toBe('REDACTED');
    expect(redactor.value(name, ['abc', 'def'])).toEqual(['REDACTED', 'REDACTED']);
  });

  test.each([
    'session.id',
    'messaging.kafka.message.key',
    'code.function.name',
    'error.code',
    'http.request.header.accept',
    'gen_ai.token.type',
    'enduser.id',
    'cache.key',
  ])('the attribute %s is not', (name) => {
    expect(redactor.value(name, 'abc')).toBe('abc');
  });

  test('a number under the name of a credential is withheld, and true or false are not', () => {
    expect(redactor.value('app.password', 1234)).toBe('REDACTED');
    expect(redactor.value('app.has_password', true)).toBe(true);
  });

  test('a code is secret as the whole query and nowhere else', () => {
    expect(redactor.value('url.query', 'code=abc')).toBe('code=REDACTED');
    expect(redactor.value('error.details', 'code=abc')).toBe('code=abc');
  });

  test('a statement of Redis is known by the name of its attribute', () => {
    expect(redactor.value('db.statement', 'AUTH pw')).toBe('AUTH REDACTED');
    expect(redactor.value('order.note', 'AUTH pw')).toBe('AUTH pw');
  });

  test('what is nested is redacted in a copy, and what has no secret is the same object', () => {
    const body = { user: { name: 'ann', password: 'pw' }, urls: ['/x?token=a', '/y'], n: 1, none: null };
    const before = structuredClone(body);
    const { urls, ...harmless } = structuredClone({ ...body, user: { name: 'ann' } });

    expect(redactor.value('', body)).toEqual({
      user: { name: 'ann', password: 'REDACTED' },
      urls: ['/x?token=REDACTED', '/y'],
      n: 1,
      none: null,
    });
    expect(body).toEqual(before);
    expect(redactor.value('', harmless)).toBe(harmless);
    expect(urls).toHaveLength(2);
  });

  test('a value that contains itself is cut, and what cannot be read is left alone', () => {
    const cyclic: Record<string, unknown> = { url: '/x?token=abc' };
    cyclic['self'] = cyclic;

    expect(JSON.stringify(redactor.value('', cyclic))).not.toContain('abc');
    expect(redactor.value('bytes', new Uint8Array([1]))).toEqual(new Uint8Array([1]));
  });

  test('any value comes back in its shape', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const redacted = redactor.value('x', value);

        expect(Array.isArray(redacted)).toBe(Array.isArray(value));
        expect(Object.keys(Object(redacted) as object).length).toBe(Object.keys(Object(value) as object).length);
      }),
    );
  });
});

describe('the options', () => {
  test('attributes withholds whatever has the name, also nested', () => {
    const redactor = redactorWith({ attributes: ['customer.email', 'user.*', 'flag'] });

    expect(redactor.value('customer.email', 'a@b.c')).toBe('REDACTED');
    expect(redactor.value('customer', { email: 'a@b.c', city: 'x' })).toEqual({ email: 'REDACTED', city: 'x' });
    expect(redactor.value('user.name', 'ann')).toBe('REDACTED');
    expect(redactor.value('username', 'ann')).toBe('ann');
    expect(redactor.value('flag', true)).toBe('REDACTED');
  });

  test('parameters adds names, in any case and with any separators', () => {
    const redactor = redactorWith({ parameters: ['my_ticket'] });

    expect(redactor.value('url.full', 'https://x/?MyTicket=a&my-ticket=b&n=1')).toBe(
      'https://x/?MyTicket=REDACTED&my-ticket=REDACTED&n=1',
    );
    expect(redactor.value('', { MY_TICKET: 'a' })).toEqual({ MY_TICKET: 'REDACTED' });
    expect(redactor.text('log.body', '{"my_ticket":"a"} my_ticket=b')).toBe(
      '{"my_ticket":"REDACTED"} my_ticket=REDACTED',
    );
  });

  test('patterns replaces every match, whatever the flags', () => {
    const redactor = redactorWith({ patterns: [/\bDE\d{4}\b/, /card-\w+/iy, 'pin \\d+'] });

    expect(redactor.text('log.body', 'DE1234 and DE5678, CARD-a card-b pin 7')).toBe(
      'REDACTED and REDACTED, REDACTED REDACTED REDACTED',
    );
  });

  test('value has the last word on every text, and never sees what was secret', () => {
    const seen: [string, string][] = [];
    const redactor = redactorWith({
      value: (name, text) => {
        seen.push([name, text]);
        return name === 'customer.email' ? text.replace(/^.*@/, '*@') : undefined;
      },
    });

    expect(redactor.value('customer.email', 'ann@x.com')).toBe('*@x.com');
    expect(redactor.value('url.full', '/x?token=abc')).toBe('/x?token=REDACTED');
    expect(redactor.text('span.name', 'GET /x')).toBe('GET /x');
    expect(seen).toEqual([
      ['customer.email', 'ann@x.com'],
      ['url.full', '/x?token=REDACTED'],
      ['span.name', 'GET /x'],
    ]);
  });

  test('a value function that throws or answers nonsense costs the text, and is told once', () => {
    const throwing = redactorWith({
      value: () => {
        throw new Error('broken');
      },
    });
    const nonsense = redactorWith({ value: (() => 7) as never });

    let values: unknown[] = [];
    const lines = stderrOf(() => {
      values = [throwing, throwing, nonsense, nonsense].map((redactor) => redactor.value('a', 'b'));
    });

    expect(values).toEqual(['REDACTED', 'REDACTED', 'REDACTED', 'REDACTED']);
    expect(lines).toEqual([
      expect.stringMatching(/^clew: the redact\.value option failed: Error at \S+redactor\.test\.ts:\d+:\d+$/),
      'clew: the redact.value option returned neither a string nor undefined; withholding the text',
    ]);
  });

  test('hash keeps what was equal equal, and a hash a hash', () => {
    const redactor = redactorWith({ hash: { key: 'k', attributes: ['user.id'] } });
    const expected = `hmac-sha256:${createHmac('sha256', 'k').update('42').digest('hex')}`;

    expect(redactor.value('user.id', '42')).toBe(expected);
    expect(redactor.value('user.id', 42)).toBe(expected);
    expect(redactor.value('user.id', expected)).toBe(expected);
    expect(redactor.value('user', { id: '42' })).toEqual({ id: expected });
    expect(redactor.value('user.id', '43')).not.toBe(expected);
  });

  test('hash without a key withholds, and says so once', () => {
    const redactors: Redactor[] = [];
    const hash = { key: undefined, attributes: ['user.id'] };

    const lines = stderrOf(() => redactors.push(redactorWith({ hash }), redactorWith({ hash })));

    expect(redactors.map((redactor) => redactor.value('user.id', '42'))).toEqual(['REDACTED', 'REDACTED']);
    expect(lines).toEqual(['clew: redact.hash has no key; withholding its attributes']);
  });

  test('defaults: false leaves only what the user named', () => {
    const redactor = redactorWith({ defaults: false, attributes: ['a'], parameters: ['mine'] });

    expect(redactor.value('url.full', 'https://u:p@x/?token=a&mine=b')).toBe('https://u:p@x/?token=a&mine=REDACTED');
    expect(redactor.value('password', 'Bearer abc')).toBe('Bearer abc');
    expect(redactor.value('a', 'b')).toBe('REDACTED');
  });
});

test('it prints its options, without what they look for and without the key', () => {
  const redactor = redactorWith({
    attributes: ['card.*'],
    parameters: ['voucher'],
    patterns: [/S3CRET-\d+/, 'S3CRET'],
    value: () => undefined,
    hash: { key: 'S3CRET', attributes: ['user.id'] },
  });

  expect(String(redactorWith())).toBe('redactor(defaults)');
  expect(String(redactor)).toBe(
    'redactor(defaults, attributes card.*, parameters voucher, 2 patterns, value, hash of user.id)',
  );
});

test('a secret that Clew was told is replaced wherever it stands, unless it may be a part of any word', () => {
  const secrets = new Set(['tell', 's3cr3t+k3y']);
  const redactor = createRedactor(DEFAULTS.redact, secrets);
  const said = redactor.value('app.line', ['tell: s3cr3t+k3y, s3cr3t+k3y', 'to come']);
  secrets.add('to come late');

  expect(said).toEqual(['tell: REDACTED, REDACTED', 'to come']);
  expect(redactor.text('log.body', 'it is to come late')).toBe('it is REDACTED');
  expect(redactor.isPublic('key', 's3cr3t+k3y')).toBe(false);
  expect(createRedactor({ ...DEFAULTS.redact, defaults: false }, secrets).text('log.body', 's3cr3t+k3y')).toBe(
    's3cr3t+k3y',
  );
});
