import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  PUBLIC_TEXTS,
  redactedForm,
  SECRET_COMMANDS,
  SECRET_FORMS,
  SECRET_QUERIES,
  SECRET_TEXTS,
  unmarked,
} from '../../../test/secret-texts.ts';
import { redactText, type TextKind } from './redact-text.ts';
import { createSecretNames } from './secret-names.ts';

const NAMES = createSecretNames(true, []);
const KINDS: readonly TextKind[] = ['any', 'query', 'database', 'conventional'];

const redact = (text: string, kind: TextKind = 'any') => redactText(text, NAMES, kind, true);

describe('a secret is replaced and the rest stays byte for byte:', () => {
  test.each([...SECRET_TEXTS, ...SECRET_FORMS])('%s', (_, marked) => {
    expect(redact(unmarked(marked))).toBe(redactedForm(marked));
  });

  test.each(SECRET_COMMANDS)('the command %s', (marked) => {
    expect(redact(unmarked(marked), 'database')).toBe(redactedForm(marked));
  });

  test.each(SECRET_QUERIES)('the query %s', (marked) => {
    expect(redact(unmarked(marked), 'query')).toBe(redactedForm(marked));
  });
});

test('there are more kinds of secrets than any list of sixty', () => {
  expect(SECRET_TEXTS.length + SECRET_COMMANDS.length + SECRET_QUERIES.length).toBeGreaterThan(100);
});

test.each(PUBLIC_TEXTS)('%s has no secret', (text) => {
  for (const kind of ['any', 'database'] as const) expect(redact(text, kind)).toBe(text);
});

/** Text made of what redaction looks for, in any order. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom('token', 'password', 'Bearer ', 'Basic ', 'cookie', 'authorization', 'identified by ', 'AUTH '),
      fc.constantFrom('=', ':', '?', '&', ';', '#', '/', '@', '%', '%3D', '%253D', '%26', '%25', '://', '%3A%2F%2F'),
      fc.constantFrom("'", '"', '\\', '\\"', '`', ' ', '\n', ',', '(', ')', '[', ']', '{', '}', '<', '.', '\\u0026'),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('any text', () => {
  test('is redacted once and for all', () => {
    fc.assert(
      fc.property(hostileText, fc.constantFrom(...KINDS), (text, kind) => {
        fc.pre(!/(?:basic|bearer)\s+(?:basic|bearer)/i.test(text)); // which of them is a scheme?
        const once = redact(text, kind);

        expect(redact(once, kind)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  test('without a delimiter in it stays as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w \-.,/()äöü€]*$/), (text) => {
        fc.pre(!/bearer|basic|password|identified/i.test(text));
        expect(redact(text)).toBe(text);
      }),
    );
  });

  test('around the secret of a URL does not save it', () => {
    fc.assert(
      fc.property(hostileText, hostileText, fc.constantFrom(...KINDS), (before, after, kind) => {
        const text = `${before} https://ann:s3cret-a@x.com/?token=s3cret-b&sig=s3cret-c ${after}`;

        expect(redact(text, kind)).not.toMatch(/s3cret-[abc]/);
      }),
      { numRuns: 2000 },
    );
  });

  test('around a URL stays as it is, and the secret goes', () => {
    const around = fc.stringMatching(/^[a-z0-9 .,!äöü€\n-]{0,40}$/);
    const value = fc.stringMatching(/^[A-Z0-9]{8,20}$/);
    const innocent = fc.webQueryParameters().map((each) => encodeURIComponent(each.replaceAll(/[=:]/g, ''))); // not pw=x
    const query = fc.dictionary(fc.stringMatching(/^[bdfg]{1,5}$/), innocent);
    fc.assert(
      fc.property(around, query, value, around, (before, parameters, secret, after) => {
        const others = Object.entries(parameters).map(([name, each]) => `${name}=${each}&`);
        const [start, end] = [`${before} https://x.com/?${others.join('')}token=`, `&z=1 ${after}`];

        expect(redact(start + secret + end)).toBe(`${start}REDACTED${end}`);
      }),
    );
  });
});

describe('time grows with the length of the text and not faster:', () => {
  const PARTS = [
    ['=', 'token=', '?token=', '&token=a', ';token=a', '%', '%25', '%3D', 'a%3Da', '%3A%2F%2F', '://', '://a:b#'],
    ['://a@', '"', "'", '\\', '\\"', 'password:"', "password='", 'password=[', "password:['a'", 'password=f(', ' '],
    ['password ', 'password=a ', 'password=a,', 'token=)', 'Bearer ', 'bearer a', 'Basic a', 'cookie: ', '"cookie: '],
    ['a.', 'a-', '_', 'identified with ', 'identified by ', "password for a ='", 'authorization: ', 'AUTH ', '{', '('],
    [
      'CONFIG SET ',
      'AWS4-HMAC-SHA256 ',
      'a=b&',
      'a=b;',
      'token=;',
      'x;',
      '\\u0026',
      '\\u003d',
      'token[',
      'token["',
      ')',
    ],
  ].flat();

  test.each(PARTS.map((part) => [part]))('%j', (part) => {
    const short = part.repeat(Math.ceil(4000 / part.length));
    const long = short.repeat(32);
    const time = (text: string) => {
      const start = performance.now();
      for (const kind of KINDS) redact(`x@=: ${text}`, kind);
      return performance.now() - start;
    };
    const fastest = (text: string) => Math.min(time(text), time(text), time(text));

    fastest(short); // compiles what it runs

    // Linear is 32, quadratic 1024; what takes little time at all cannot be told apart from noise.
    expect(fastest(long)).toBeLessThan(Math.max(100, 250 * fastest(short)));
  });
});

describe('a text of a mebibyte ends, which it would not if time grew with the square of the length:', () => {
  const PARTS = [
    ['"cookie:a', "'cookie:a", '"cookie:', 'authorization:Digest ', '"authorization:Digest ', '"authorization:OAuth a'],
    ['token:REDACTED,', 'token:REDACTED:', 'token=REDACTED:', 'token=REDACTED,', 'password={', 'Pwd={a;', ';Pwd={a'],
    ['--token ', '--token "', "--token '", 'mysql -p"', 'curl -u ', '\\"', '"a', 'curl -u a:b\n', '-p', ' -a'],
    ['<password>', '<password ', '<password></', 'Key (token)=(', 'key (a, ', ')=(', ']]>', '<token><![CDATA['],
    [
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN A ',
      'eyJaaaaaaaa.',
      'eyJaaaaaaaa-',
      'sk-a',
      'ghp_a',
      'SG.aaaaaaaaaaaaaaaa.',
    ],
    [
      'token in (',
      "token in ('a'",
      'token not ',
      'token<',
      'password1',
      'token[0]',
      'api.key.',
      'a.b.c.key=',
      '\uFDD0',
    ],
    ['https%253A%252F%252Fa', '%2540', '%25', '%253A%252F%252F'],
  ].flat();

  test.each(PARTS.map((part) => [part]))('%j', { timeout: 30_000 }, (part) => {
    const text = `x@=: ${part.repeat(Math.ceil(2 ** 20 / part.length))}`;

    expect(redact(text).length).toBeGreaterThan(0);
  });
});
