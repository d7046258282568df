import { expect, test } from 'vitest';

import { ConfigurationError } from '../../options/configuration-error.ts';
import { connectionError } from '../../sending/connection-error.ts';
import { grpcRefusal } from '../../sending/grpc-refusal.ts';
import { resolveOptions } from '../../options/resolve-options.ts';
import { noAnswer, processEnded } from '../../sending/send-error.ts';
import { withoutHeaderValues } from './backend-said.ts';
import { ownMessage } from './own-message.ts';

const ENDPOINT = 'http://ann:s3cret@127.0.0.1:4318/v1/traces?api_key=s3cret&tenant=7';
const SHOWN = 'http://REDACTED:REDACTED@127.0.0.1:4318/v1/traces?api_key=REDACTED&tenant=7';
const CODES = 'ECONNREFUSED ENOTFOUND HPE_INVALID ERR_HTTP2_ERROR EPROTO CERT_HAS_EXPIRED ERR_SSL_X ECONNRESET';

test.each(CODES.split(' '))('a connection that fails with %s is told without the secrets of the endpoint', (code) => {
  const { message } = connectionError(Object.assign(new Error(`connect ${ENDPOINT}`), { code }), ENDPOINT);

  expect(message).toContain(SHOWN);
  expect(message).not.toContain('s3cret');
});

test('so is a backend that does not answer, or refuses', () => {
  const errors = [noAnswer(ENDPOINT, 10), processEnded(ENDPOINT), grpcRefusal(ENDPOINT, { 'grpc-status': '7' })];

  for (const { message } of errors) expect(message).toContain(SHOWN);
});

test('a backend that repeats the key which it was sent is not quoted with it', () => {
  const { message } = grpcRefusal(
    'http://x',
    { 'grpc-status': '16', 'grpc-message': 'bad%20key%20k-123456' },
    { a: 'Api k-123456' },
  );

  expect(message).toContain('bad key REDACTED');
  expect(withoutHeaderValues('bad key k-123456', { 'x-api-key': 'k-123456' })).toBe('bad key REDACTED');
  expect(withoutHeaderValues('no eu here', { region: 'eu' })).toBe('no eu here');
});

test('a wrong option is shown without the secrets in it', () => {
  const code = { otlp: { endpoint: 'ftp://ann:s3cret@host' } };
  const file = { path: 'clew.config.yaml', options: { zipkin: { endpoint: 'host?token=s3cret' } } };

  expect(() => resolveOptions({ code, env: {} })).toThrow(ConfigurationError);
  expect(() => resolveOptions({ code, env: {} })).toThrow('otlp.endpoint is "ftp://REDACTED:REDACTED@host", expected');
  expect(resolveOptions({ code: {}, env: {}, file }).problems.join()).toContain('is "host?token=REDACTED", expected');
});

test.each([
  'nothing listens at http://localhost:4318/v1/traces',
  'the TLS handshake with http://x:1 failed (EPROTO); is it an http:// endpoint?',
  'http://x/v1/traces answered 401: {"error":"no key"}; check the API key in OTEL_EXPORTER_OTLP_HEADERS',
])('%s stays as it is', (message) => {
  expect(ownMessage(message)).toBe(message);
});
