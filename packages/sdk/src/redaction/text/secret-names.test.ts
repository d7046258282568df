import { describe, expect, test } from 'vitest';

import { secretsIn, SECRET_TEXTS, unmarked } from '../../../test/secret-texts.ts';
import { createSecretNames } from './secret-names.ts';

const NAMES = createSecretNames(true, ['my_ticket']);
const DEFAULT_NAMES = createSecretNames(true, []);

test.each([
  'password',
  'PASSWORD',
  'db_password',
  'userPassword',
  'x-api-key',
  'X_API_KEY',
  'user[password]',
  'a.b.pwd',
  'passwords',
])('%s is a credential', (name) => {
  expect(NAMES.isCredential(name)).toBe(true);
});

test.each(['code', 'key', 'session.id', 'tokens', 'tokenizer', 'nextPageToken', 'monkey', ''])(
  '%s is no credential',
  (name) => {
    expect(NAMES.isCredential(name)).toBe(false);
  },
);

test.each([
  'api.key',
  'a.private.key',
  'aws.secret.access.key',
  'aws.access.key.id',
  'password1',
  'password_2',
  'token[0]',
  'user.tokens[0].token',
  'passwords.0',
  'newPasswordConfirmation',
  'password-hash',
  'secret_key_base',
  'user_pw',
  'loginOtp',
  'csrf',
  'http.request.header.x-session-id',
  'http.request.header.x-honeycomb-team',
  'http.request.header.x-functions-key',
  'http.response.header.stripe-signature',
  'rpc.grpc.request.metadata.x-auth',
  'req.headers.x-signature',
])('%s is one, too', (name) => {
  expect(NAMES.isCredential(name)).toBe(true);
});

test.each([
  'messaging.kafka.message.key',
  'cache.key',
  'gen_ai.usage.input_tokens',
  'gen_ai.token.type',
  'http.request.header.idempotency-key',
  'http.request.header.content-type',
  'primary_key',
  'foreign.key',
  'user.author',
  'pagination.next.token_count',
  'a.'.repeat(5000),
])('%s is none, as before', (name) => {
  expect(NAMES.isCredential(name)).toBe(false);
});

test.each(['code', 'Key', 's%69g', '%2574oken', 'X-Goog-Signature', 'Key-Pair-Id', 'ASP.NET_SessionId', 'myTicket'])(
  '%s is a parameter',
  (name) => {
    expect(NAMES.isParameter(name)).toBe(true);
  },
);

test.each(['', '%', '%zz', 'page', 'barcode', 'X-Amz-Date', 'a'.repeat(300).concat('token')])('%s is none', (name) => {
  expect(NAMES.isParameter(name)).toBe(false);
});

describe('the quick answer is yes', () => {
  const SINGLE = `
    signature sig key-pair-id policy GoogleAccessId OSSAccessKeyId x-oss-signature sign x-oss-credential q-signature q-ak
    x-obs-signature x-bce-signature hmac code auth_code code_verifier client_assertion oauth_verifier SAMLResponse ticket
    auth key session sid PHPSESSID otp totp pin pass pw psw credentials AWSAccessKeyId X-Amz-Credential`;

  test.each(SINGLE.trim().split(/\s+/))('for %s, which is a parameter', (name) => {
    expect(DEFAULT_NAMES.isParameter(name)).toBe(true);
    expect(DEFAULT_NAMES.mayBeIn(`/x?${name}=1`)).toBe(true);
  });

  test('for every text with a secret that is not in user info or behind an encoded name', () => {
    const texts = SECRET_TEXTS.map(([, marked]) => marked).filter((text) => !/:\/\/|:\\|%3A%2F|%[67]\d/i.test(text));

    expect(texts.filter((text) => secretsIn(text).length > 0 && !DEFAULT_NAMES.mayBeIn(unmarked(text)))).toEqual([]);
  });
});
