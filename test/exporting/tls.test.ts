import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { startGrpcBackend } from './grpc-backend.ts';
import { startHttpBackend } from './http-backend.ts';
import { runToEnd } from './run-to-end.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`certificates/${name}`, import.meta.url));
const read = (name: string) => readFileSync(pathOf(name));

const SERVER = { key: read('server.key'), cert: read('server.pem') };
const MUTUAL = { ...SERVER, ca: read('ca.pem'), requestCert: true, rejectUnauthorized: true };

const TRUSTED = { OTEL_EXPORTER_OTLP_CERTIFICATE: pathOf('ca.pem') };
const SHOWN = {
  OTEL_EXPORTER_OTLP_CLIENT_KEY: pathOf('client.key'),
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: pathOf('client.pem'),
};
const QUICK = { CLEW_SHUTDOWN_TIMEOUT: '2000' };

test('https: the backend is trusted by OTEL_EXPORTER_OTLP_CERTIFICATE', async () => {
  await using backend = await startHttpBackend({ tls: SERVER });

  const { code, stderr } = await runToEnd({ ...TRUSTED, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(backend.requests).toHaveLength(1);
});

test('https: the certificate and key of the client are shown to the backend', async () => {
  await using backend = await startHttpBackend({ tls: MUTUAL });

  const { code, stderr } = await runToEnd({ ...TRUSTED, ...SHOWN, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(backend.requests.map(({ client }) => client)).toEqual(['clew test client']);
});

test('https: the variables of a signal win over the common ones', async () => {
  await using backend = await startHttpBackend({ tls: MUTUAL });

  const { stderr } = await runToEnd({
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    OTEL_EXPORTER_OTLP_CERTIFICATE: pathOf('other-ca.pem'),
    OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: pathOf('ca.pem'),
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: pathOf('client.key'),
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: pathOf('client.pem'),
  });

  expect(stderr).toBe('');
  expect(backend.requests).toHaveLength(1);
});

test('grpc: the same variables are used', async () => {
  await using backend = await startGrpcBackend({ tls: MUTUAL });

  const { code, stderr } = await runToEnd({
    ...TRUSTED,
    ...SHOWN,
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(backend.calls).toHaveLength(1);
});

test.each([
  ['with another authority', { OTEL_EXPORTER_OTLP_CERTIFICATE: pathOf('other-ca.pem') }],
  ['without an authority', {}],
])('a backend that is not trusted, %s, is told once with the variable, and gets nothing', async (_, env) => {
  await using http = await startHttpBackend({ tls: SERVER });
  await using grpc = await startGrpcBackend({ tls: SERVER });

  for (const [protocol, url] of [
    ['http/protobuf', http.url],
    ['grpc', grpc.url],
  ]) {
    const { code, stdout, stderr } = await runToEnd({
      ...env,
      ...QUICK,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
    });

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
    expect(stderr).toMatch(/^clew: 1 span was dropped: the certificate of \S+ is not trusted \([A-Z_]+\); /);
    expect(stderr).toMatch(/; see OTEL_EXPORTER_OTLP_CERTIFICATE\n$/);
  }
  expect([http.requests, grpc.calls]).toEqual([[], []]);
});

test('a backend that wants a certificate of the client and gets none is told', async () => {
  await using backend = await startHttpBackend({ tls: MUTUAL });

  const { code, stderr } = await runToEnd({ ...TRUSTED, ...QUICK, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url });

  expect(code).toBe(0);
  expect(stderr).toMatch(/^clew: 1 span was dropped: TLS with \S+ failed \(ERR_SSL_\w+\); /);
  expect(stderr).toMatch(/; see OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY\n$/);
  expect(backend.requests).toEqual([]);
});

test.each([
  ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/nowhere/ca.pem', 'cannot be read (ENOENT)'],
  ['OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', '/', 'cannot be read (EISDIR)'],
  ['OTEL_EXPORTER_OTLP_CLIENT_KEY', '/nowhere/client.key', 'cannot be read (ENOENT)'],
  ['OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', fileURLToPath(import.meta.url), 'is not a PEM file'],
])('%s=%s is told, and the app is traced without it', async (variable, path, said) => {
  const { code, stdout, stderr, spans } = await runToEnd({ [variable]: path });

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toBe(`clew: ${variable} names a file that ${said}; ignored\n`);
  expect(spans).toHaveLength(1);
});

test('a key that does not belong to the certificate is told, and the app runs on', async () => {
  await using backend = await startHttpBackend({ tls: MUTUAL });

  const { code, stdout, stderr } = await runToEnd({
    ...TRUSTED,
    ...SHOWN,
    ...QUICK,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: pathOf('server.key'),
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
  });

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toMatch(/^clew: 1 span was dropped: TLS with \S+ failed \(ERR_OSSL_X509_KEY_VALUES_MISMATCH\).*\n$/);
});

test('https at a port that does not speak it is told', async () => {
  await using backend = await startHttpBackend();

  const { code, stderr } = await runToEnd({
    ...QUICK,
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url.replace('http:', 'https:'),
  });

  expect(code).toBe(0);
  expect(stderr).toMatch(/the TLS handshake with \S+ failed \([A-Z_]+\); is it an http:\/\/ endpoint\?\n$/);
});
