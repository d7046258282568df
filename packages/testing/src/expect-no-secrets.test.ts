import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { expectNoSecrets, ExportedSecretError } from './expect-no-secrets.ts';

const SECRET = 'p@ss/wörd "7" & more';
const bytes = (text: string) => Buffer.from(text);

describe('a secret is found', () => {
  test.each<[string, Uint8Array]>([
    ['as it is', bytes(`x=${SECRET};`)],
    ['percent-encoded', bytes(`/?token=${encodeURIComponent(SECRET)}&x`)],
    ['percent-encoded', bytes(`/?u=${encodeURIComponent(encodeURIComponent(SECRET))}`)],
    ['percent-encoded', bytes(new URLSearchParams({ token: SECRET }).toString())],
    ['percent-encoded', bytes(encodeURIComponent(SECRET).replaceAll(/%../g, (escape) => escape.toLowerCase()))],
    ['escaped as in JSON', bytes(JSON.stringify({ SECRET }))],
    ['escaped as in JSON', bytes(JSON.stringify({ body: JSON.stringify({ SECRET }) }))],
    ['escaped as in JSON', bytes(JSON.stringify({ SECRET }).replaceAll('/', '\\/'))],
    ['in base64', bytes(Buffer.from(`ann:${SECRET}`).toString('base64'))],
    ['in base64', bytes(Buffer.from(`anna:${SECRET}!`).toString('base64'))],
    ['in base64', bytes(Buffer.from(`{"a":"${SECRET}"}`).toString('base64url'))],
    ['in hex', bytes(Buffer.from(SECRET).toString('hex'))],
    ['as UTF-16', Buffer.from(`x${SECRET}`, 'utf16le')],
    ['as UTF-16', Buffer.from(`x${SECRET}`, 'utf16le').swap16()],
    ['as it is', gzipSync(`x=${SECRET};`)],
    ['as it is', gzipSync(gzipSync(`x=${SECRET};`))],
    ['as it is', Buffer.concat([Buffer.from([1, 0, 0, 0, 9]), gzipSync(`x=${SECRET};`)])],
    ['as it is', gzipSync(SECRET.repeat(100)).subarray(0, -6)],
  ])('%s', (form, body) => {
    expect(() => expectNoSecrets([bytes('nothing'), body], ['another secret', SECRET])).toThrow(
      new RegExp(`^secret 1 \\(p@…, 20 characters\\) was exported ${form} in body 1 at byte \\d+: `),
    );
  });

  test('and neither it nor its neighbour is shown', () => {
    const body = bytes('GET /a?token=topsecret-1&other=topsecret-2 HTTP/1.1\r\nhost: x');

    const error = thrownBy(() => expectNoSecrets(body, ['topsecret-1', 'topsecret-2']));

    expect(error).toMatchObject({ secret: 0, body: 0, offset: 13 });
    expect(error.message).toBe(
      'secret 0 (to…, 11 characters) was exported as it is in body 0 at byte 13: ' +
        'GET /a?token=[secret]&other=[secret] HTTP/1.1··host: x',
    );
  });

  test('wherever it stands in what is base64, hex or percent-encoded', () => {
    const secret = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 20 });
    const around = fc.string({ maxLength: 9 });
    const encode = fc.constantFrom<(text: string) => string>(
      encodeURIComponent,
      (text) => Buffer.from(text).toString('base64'),
      (text) => Buffer.from(text).toString('base64url'),
      (text) => Buffer.from(text).toString('hex'),
      (text) => JSON.stringify(text),
      String,
    );
    fc.assert(
      fc.property(secret, around, around, encode, (secret, before, after, encode) => {
        const body = bytes(encode(before + secret + after));

        expect(thrownBy(() => expectNoSecrets(body, [secret]))).toBeInstanceOf(ExportedSecretError);
      }),
    );
  });
});

test('bytes without a secret pass', () => {
  const unlike = fc.stringMatching(/^[a-m0-4 ./=%-]*$/);
  fc.assert(
    fc.property(unlike, (text) => {
      const bodies = [gzipSync(text), bytes(text)];

      expect(() => expectNoSecrets(bodies, ['nopqrst-789', 'uvwxyz-567'])).not.toThrow();
    }),
  );
});

test('what only looks like gzip is searched as it is', () => {
  const body = Buffer.concat([Buffer.from([0x1f, 0x8b, 0x08]), bytes('topsecret-1')]);

  expect(() => expectNoSecrets(body, ['topsecret-1'])).toThrow(ExportedSecretError);
  expect(() => expectNoSecrets(body, ['topsecret-2'])).not.toThrow();
});

test('an empty secret is a mistake of the test', () => {
  expect(() => expectNoSecrets(bytes('x'), ['topsecret', ''])).toThrow(new TypeError('secret 1 is empty'));
});

function thrownBy(work: () => void): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
