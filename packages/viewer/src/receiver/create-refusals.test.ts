import { type EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { startViewer, type Viewer } from '../start-viewer.ts';
import { createRefusals } from './create-refusals.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const LIMIT = 16 * 1024 * 1024;

let viewer: Viewer;
beforeEach(async () => {
  viewer = await startViewer({ port: 0 });
});
afterEach(() => viewer.close());

test('a viewer that has refused nothing has no last error', async () => {
  await post('/v1/traces', '{}', JSON_TYPE);

  expect(viewer.stats().lastError).toBeUndefined();
  expect(await health()).not.toHaveProperty('lastError');
});

test.each([
  ['of another content type', '/v1/traces', 'x', { 'content-type': 'text/plain' }, 415, 'OTLP needs the content-type'],
  ['that is no JSON', '/v1/logs', '{', JSON_TYPE, 400, 'the request is not valid JSON'],
  ['that is no gzip', '/v1/traces', '{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 400, 'is not valid gzip'],
  [
    'that is too large',
    '/v1/traces',
    ' '.repeat(LIMIT + 1),
    JSON_TYPE,
    413,
    'the request is larger than 16777216 bytes',
  ],
  ['to an unknown path', '/v1/trace', '{}', JSON_TYPE, 404, 'not found; send OTLP to /v1/traces'],
])('a POST %s is the last error', async (_what, path, body, headers, status, problem) => {
  const before = BigInt(Date.now()) * 1_000_000n;

  const answered = await post(`${path}?x=1`, body, headers);

  const { lastError } = viewer.stats();
  expect(answered).toBe(status);
  expect(lastError).toMatchObject({ path, status, problem: expect.stringContaining(problem) });
  expect(BigInt(lastError?.timeUnixNano ?? 0)).toBeGreaterThanOrEqual(before);
  expect(await health()).toMatchObject({ lastError });
});

test('a POST for another host is the last error', async () => {
  const headers = { ...JSON_TYPE, host: 'host.docker.internal:4318' };
  const asked = request({ port: viewer.port, path: '/v1/traces', method: 'POST', headers }).end('{}');
  const [response] = await once(asked, 'response');
  response.resume();

  expect(viewer.stats().lastError).toMatchObject({ path: '/v1/traces', status: 403 });
});

test('a body that inflates beyond the limit is the last error', async () => {
  await post('/v1/traces', gzipSync(' '.repeat(LIMIT + 1)), { ...JSON_TYPE, 'content-encoding': 'gzip' });

  expect(viewer.stats().lastError).toMatchObject({ status: 413 });
});

test('a page that is not there is counted, and is not the last error', async () => {
  await fetch(`${viewer.url}/favicon.ico`);

  expect(viewer.stats()).toMatchObject({ lastError: undefined, requests: { refused: 1 } });
});

test('of several refused requests the last one is told', async () => {
  await post('/v1/traces', '{', JSON_TYPE);
  await post('/v1/spans', '{}', JSON_TYPE);

  expect(viewer.stats()).toMatchObject({ lastError: { path: '/v1/spans' }, requests: { refused: 2 } });
});

test('a client of gRPC that took the port for HTTP is the last error', async () => {
  const session = connectHttp2(viewer.url).on('error', () => undefined);
  await closed(session);

  const problem = expect.stringContaining('began with HTTP/2, as gRPC does');
  expect(viewer.stats().lastError).toMatchObject({ path: '', status: 400, problem });
});

test('a client that speaks TLS is the last error', async () => {
  const socket = connectTls({ port: viewer.port, rejectUnauthorized: false }).on('error', () => undefined);
  await closed(socket);

  expect(viewer.stats().lastError).toMatchObject({ status: 400, problem: expect.stringContaining('not https://') });
});

test('a client that speaks something else is answered with 400, and is the last error', async () => {
  const answer = await text(connect(viewer.port, '127.0.0.1').end('\u0000\u0001 hello\r\n\r\n'));

  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(viewer.stats().lastError).toMatchObject({ problem: expect.stringContaining('the connection is not HTTP') });
});

test('headers that are too large are answered with 431, and are the last error', async () => {
  const answered = await post('/v1/traces', '{}', { ...JSON_TYPE, 'x-large': 'x'.repeat(20_000) });

  expect(answered).toBe(431);
  expect(viewer.stats().lastError).toMatchObject({ status: 431 });
});

test('a client that goes away in the middle of its request is no error', async () => {
  const socket = connect(viewer.port, '127.0.0.1').end('POST /v1/traces HTTP/1.1\r\nhost: localhost\r\n');
  await once(socket.resume(), 'close');

  expect(viewer.stats()).toMatchObject({ lastError: undefined, requests: { refused: 0 } });
});

test('the problem and the path that are kept are short and plain, whatever was sent', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (sent) => {
      const refusals = createRefusals();
      refusals.addDelivery(sent, 400, sent);

      const { path = '', problem = '' } = refusals.last ?? {};
      expect(problem.length).toBeLessThanOrEqual(500);
      expect(path.length).toBeLessThanOrEqual(200);
      expect(path + problem).not.toMatch(/[\p{Cc}\p{Cs}]/u);
    }),
  );
});

async function post(path: string, body: string | Uint8Array, headers: Record<string, string>): Promise<number> {
  const response = await fetch(viewer.url + path, { method: 'POST', body, headers } as RequestInit);
  await response.arrayBuffer();
  return response.status;
}

/** Resolves also after an error. */
function closed(connection: EventEmitter): Promise<void> {
  return new Promise((resolve) => void connection.once('close', resolve));
}

async function health(): Promise<unknown> {
  return (await fetch(`${viewer.url}/healthz`)).json();
}
