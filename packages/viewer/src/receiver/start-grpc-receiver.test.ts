import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectTcp, createServer } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { encode, type Json } from '../../test/otlp-schema.ts';
import { startViewer, type Viewer } from '../start-viewer.ts';
import { grpcFrame } from './grpc-message.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const SERVICE = '/opentelemetry.proto.collector';
const TRACES = `${SERVICE}.trace.v1.TraceService/Export`;
const LIMIT = 16 * 1024 * 1024;

let viewer: Viewer;
let session: ClientHttp2Session;
beforeEach(async () => {
  viewer = await startViewer({ port: 0, grpcPort: 0, keepRequests: true });
  session = connect(viewer.grpcUrl!).on('error', () => undefined);
});
afterEach(async () => {
  session.destroy();
  await viewer.close();
});

test('spans are stored and answered with an empty message', async () => {
  const answered = await call(TRACES, grpcFrame(traces({ name: 'GET /' })));

  expect(answered).toEqual({ httpStatus: 200, status: '0', message: undefined, body: Buffer.alloc(5) });
  expect(viewer.store.trace(TRACE_ID)?.spans[0]).toMatchObject({ name: 'GET /' });
  expect(viewer.stats().requests.traces).toEqual({ requests: 1, bytes: traces({ name: 'GET /' }).length });
  expect(viewer.received[0]).toMatchObject({ path: TRACES, headers: { te: 'trailers' } });
});

test('log records and metrics have services of their own', async () => {
  const record = { traceId: TRACE_ID, body: { stringValue: 'hello' } };
  const logs = encode('ExportLogsServiceRequest', { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });

  const answers = [
    await call(`${SERVICE}.logs.v1.LogsService/Export`, grpcFrame(logs)),
    await call(`${SERVICE}.metrics.v1.MetricsService/Export`, grpcFrame(new Uint8Array())),
  ];

  expect(answers.map(({ status }) => status)).toEqual(['0', '0']);
  expect(viewer.store.trace(TRACE_ID)?.logs).toMatchObject([{ body: 'hello' }]);
  expect(viewer.stats().requests).toMatchObject({ logs: { requests: 1 }, metrics: { requests: 1 } });
});

test('a compressed message is inflated', async () => {
  const answered = await call(TRACES, compressed(gzipSync(traces({}))), { 'grpc-encoding': 'gzip' });

  expect(answered.status).toBe('0');
  expect(viewer.stats().spans).toBe(1);
});

test('a message that comes byte by byte is put together', async () => {
  const stream = open(TRACES);
  for (const byte of grpcFrame(traces({}))) stream.write(Buffer.of(byte));
  stream.end();

  expect((await answerOf(stream)).status).toBe('0');
  expect(viewer.stats().spans).toBe(1);
});

test('a hundred calls at once on one connection are answered', async () => {
  const spanId = (i: number) => (i + 1).toString(16).padStart(16, '0');

  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => call(TRACES, grpcFrame(traces({ spanId: spanId(i) })))),
  );

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['0']));
  expect(viewer.stats().spans).toBe(100);
});

test('spans that cannot be stored are a partial success', async () => {
  const answered = await call(TRACES, grpcFrame(traces({ spanId: '' })));

  expect(answered.status).toBe('0');
  expect(answered.body.toString()).toContain('1 have no trace id or span id');
});

test.each<[string, string, Buffer, OutgoingHttpHeaders, number, number, string]>([
  [
    'malformed spans',
    TRACES,
    grpcFrame(Buffer.of(0x0a, 5, 1)),
    {},
    3,
    400,
    'the request is cut off: 5 bytes announced',
  ],
  ['no message', TRACES, Buffer.alloc(0), {}, 3, 400, 'the request has 0 bytes where a message of gRPC begins'],
  [
    'a message cut off',
    TRACES,
    Buffer.of(0, 0, 0, 0, 9, 1),
    {},
    3,
    400,
    'the request is cut off: a message of 9 bytes',
  ],
  ['two messages', TRACES, Buffer.alloc(10), {}, 3, 400, 'the request carries more than one message'],
  ['what is no gzip', TRACES, compressed(Buffer.of(1)), { 'grpc-encoding': 'gzip' }, 3, 400, 'is not valid gzip'],
  [
    'another compression',
    TRACES,
    compressed(Buffer.of(1)),
    { 'grpc-encoding': 'br' },
    12,
    404,
    'unsupported grpc-encoding',
  ],
  [
    'an unknown method',
    '/grpc.health.v1.Health/Check',
    Buffer.alloc(5),
    {},
    12,
    404,
    'the method /grpc.health.v1.Health',
  ],
  [
    'the name of a method of objects',
    '/constructor',
    Buffer.alloc(5),
    {},
    12,
    404,
    'the method /constructor is unknown',
  ],
  [
    'another host',
    TRACES,
    Buffer.alloc(5),
    { ':authority': 'attacker.example' },
    7,
    403,
    'answers to the name localhost',
  ],
])('%s is refused and the last error', async (_what, path, body, headers, status, httpStatus, problem) => {
  const answered = await call(path, body, headers);

  expect(answered).toMatchObject({
    httpStatus: 200,
    status: String(status),
    message: expect.stringContaining(problem),
  });
  expect(viewer.stats()).toMatchObject({
    lastError: { path, status: httpStatus, problem: expect.stringContaining(problem) },
    requests: { refused: 1 },
  });
  expect((await call(TRACES, grpcFrame(traces({})))).status).toBe('0');
});

test.each([
  ['a body beyond 16 MiB', Buffer.alloc(LIMIT + 6), {}],
  [
    'a small message that inflates beyond 16 MiB',
    compressed(gzipSync(Buffer.alloc(LIMIT + 1))),
    { 'grpc-encoding': 'gzip' },
  ],
])('%s is refused as too large', async (_what, body, headers) => {
  const answered = await call(TRACES, body, headers);

  expect(answered).toMatchObject({ status: '8', message: 'the request is larger than 16777216 bytes' });
  expect(viewer.stats().lastError).toMatchObject({ path: TRACES, status: 413 });
});

test('who does not speak gRPC over HTTP/2 is answered in the way of HTTP', async () => {
  const stream = session.request({ ':method': 'GET', ':path': '/v1/traces' });
  const [headers] = await once(stream, 'response');

  expect(headers[':status']).toBe(415);
  expect(await text(stream)).toBe('this port takes OTLP over gRPC: POST, application/grpc\n');
});

test('a client that took the port of gRPC for HTTP is the last error', async () => {
  await expect(fetch(`${viewer.grpcUrl}/v1/traces`, { method: 'POST', body: '{}' })).rejects.toThrow('fetch failed');

  const problem = expect.stringContaining('this port takes OTLP over gRPC');
  await expect.poll(() => viewer.stats().lastError).toMatchObject({ path: '', status: 400, problem });
});

test('clients that go away in the middle of a request, a stream or the preface harm nobody', async () => {
  const cancelled = open(TRACES);
  cancelled.write(Buffer.of(0, 0));
  await once(cancelled, 'ready');
  cancelled.close(8); // CANCEL
  const other = connect(viewer.grpcUrl!).on('error', () => undefined);
  const stuck = other.request({ ':method': 'POST', ':path': TRACES, 'content-type': 'application/grpc' });
  stuck.on('error', () => undefined).write(Buffer.of(0));
  await once(stuck, 'ready');
  other.destroy();
  const port = Number(new URL(viewer.grpcUrl!).port);
  await once(connectTcp(port, '127.0.0.1').end('PRI * HTTP/2').resume(), 'close');

  expect((await call(TRACES, grpcFrame(traces({})))).status).toBe('0');
  expect(viewer.stats().requests.refused).toBe(0);
});

test('a port that is taken leaves the viewer without gRPC, and it says so', async () => {
  const holder = createServer();
  await once(holder.listen(0, '127.0.0.1'), 'listening');
  const { port } = holder.address() as AddressInfo;

  await using other = await startViewer({ port: 0, grpcPort: port });
  holder.close();
  const response = await fetch(`${other.url}/healthz`);

  expect(other).toMatchObject({ grpcUrl: undefined, grpcProblem: `port ${port} is taken` });
  expect(response.status).toBe(200);
});

test('gRPC is not received unless a port is given', async () => {
  await using plain = await startViewer({ port: 0 });

  expect(plain).toMatchObject({ grpcUrl: undefined, grpcProblem: undefined });
});

test('closing ends open connections and frees the port', async () => {
  const stuck = open(TRACES).on('error', () => undefined);
  stuck.write(Buffer.of(0));
  await once(stuck, 'ready');
  const grpcPort = Number(new URL(viewer.grpcUrl!).port);

  await viewer.close();

  await using next = await startViewer({ port: 0, grpcPort });
  expect(next.grpcUrl).toBe(viewer.grpcUrl);
});

test('whenIdle waits for calls as well', async () => {
  const slow = open(TRACES);
  slow.write(Buffer.of(0));
  await expect.poll(() => slow.id).toBeDefined();
  await call(TRACES, grpcFrame(traces({ spanId: '1111111111111111' }))); // the server has seen the slow one
  const idle = viewer.whenIdle({ quietMillis: 100, timeoutMillis: 10_000 });
  slow.end(grpcFrame(traces({})).subarray(1));

  await idle;

  expect(viewer.stats().spans).toBe(2);
});

function open(path: string, headers: OutgoingHttpHeaders = {}): ClientHttp2Stream {
  return session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
}

function call(path: string, body: Uint8Array, headers?: OutgoingHttpHeaders) {
  const stream = open(path, headers);
  stream.end(body);
  return answerOf(stream);
}

async function answerOf(stream: ClientHttp2Stream) {
  let headers: Record<string, unknown> = {};
  stream.on('response', (more) => (headers = { ...headers, ...more }));
  stream.on('trailers', (more) => (headers = { ...headers, ...more }));
  const body = await buffer(stream);
  const message = headers['grpc-message'] as string | undefined;
  return {
    httpStatus: headers[':status'],
    status: headers['grpc-status'],
    message: message === undefined ? undefined : decodeURIComponent(message),
    body,
  };
}

function compressed(message: Uint8Array): Buffer {
  const frame = grpcFrame(message);
  frame[0] = 1;
  return frame;
}

function traces(span: Record<string, Json>): Uint8Array {
  const spans = [{ traceId: TRACE_ID, spanId: SPAN_ID, kind: 1, ...span }];
  return encode('ExportTraceServiceRequest', { resourceSpans: [{ scopeSpans: [{ spans }] }] });
}
