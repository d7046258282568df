import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';

import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { encode, type Json } from '../test/otlp-schema.ts';
import { startViewer, type Viewer } from './start-viewer.ts';
import { ViewerPortError } from './viewer-port-error.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' };
const LIMIT = 16 * 1024 * 1024;

let viewer: Viewer;
beforeEach(async () => {
  viewer = await startViewer({ port: 0, keepRequests: true });
});
afterEach(() => viewer.close());

test('a trace in JSON is stored and answered with an empty object', async () => {
  const response = await post('/v1/traces', traces({ name: 'GET /' }), JSON_TYPE);

  expect(response).toMatchObject({ status: 200, type: 'application/json', text: '{}' });
  expect(viewer.store.trace(TRACE_ID)?.spans[0]?.name).toBe('GET /');
});

test('a trace in protobuf is stored and answered with an empty message', async () => {
  const response = await post('/v1/traces', protobufTrace(), PROTOBUF_TYPE);

  expect(response).toMatchObject({ status: 200, type: 'application/x-protobuf', text: '' });
  expect(viewer.store.trace(TRACE_ID)?.spans[0]?.name).toBe('POST /orders');
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['GZIP', gzipSync],
])('a body in %s is inflated', async (encoding, compress) => {
  const response = await post('/v1/traces', compress(traces({})), { ...JSON_TYPE, 'content-encoding': encoding });

  expect(response.status).toBe(200);
  expect(viewer.stats().spans).toBe(1);
});

test('log records join their trace', async () => {
  const record = { traceId: TRACE_ID, spanId: SPAN_ID, body: { stringValue: 'hello' } };

  await post('/v1/traces', traces({}), JSON_TYPE);
  await post('/v1/logs', JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }), JSON_TYPE);

  expect(viewer.store.trace(TRACE_ID)?.logs).toMatchObject([{ spanId: SPAN_ID, body: 'hello' }]);
});

test.each([
  ['JSON', JSON_TYPE, (request: Json) => Buffer.from(JSON.stringify(request))],
  ['protobuf', PROTOBUF_TYPE, (request: Json) => encode('ExportMetricsServiceRequest', request)],
])('metrics in %s are counted, and their last values kept', async (_form, type, encoded) => {
  const sent = (value: string) => encoded(metrics(value));

  const response = await post('/v1/metrics', sent('1'), type);
  await post('/v1/metrics', sent('2'), type);

  expect(response.status).toBe(200);
  expect(viewer.stats()).toMatchObject({
    requests: { metrics: { requests: 2, bytes: 2 * sent('1').length } },
    metrics: { points: 2, series: 1, omitted: 0 },
  });
  expect(viewer.metrics()).toMatchObject({ metrics: [{ service: 'shop', name: 'orders', value: 2 }], omitted: 0 });
  viewer.store.clear();
  expect(viewer.metrics().metrics).toEqual([]);
});

test('malformed metrics are refused', async () => {
  expect(await post('/v1/metrics', '{"resourceMetrics":7}', JSON_TYPE)).toMatchObject({ status: 400 });
  expect(await post('/v1/metrics', Buffer.from([0x0a, 0x05, 0x01]), PROTOBUF_TYPE)).toMatchObject({ status: 400 });
});

test('spans that cannot be stored are a partial success, in JSON and in protobuf', async () => {
  const inJson = await post('/v1/traces', traces({ spanId: '' }), JSON_TYPE);
  const inProtobuf = await post('/v1/traces', protobufTrace(''), PROTOBUF_TYPE);

  expect(inJson.status).toBe(200);
  expect(JSON.parse(inJson.text)).toEqual({
    partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('1 have no trace id or span id') },
  });
  expect(inProtobuf.status).toBe(200);
  expect(ProtobufTraceSerializer.deserializeResponse(inProtobuf.bytes)).toMatchObject({
    partialSuccess: { rejectedSpans: 1, errorMessage: expect.stringContaining('1 have no trace id or span id') },
  });
});

test('spans beyond what one trace may take are a partial success', async () => {
  await using small = await startViewer({ port: 0, maxSpans: 1 });
  await fetch(`${small.url}/v1/traces`, { method: 'POST', body: traces({}), headers: JSON_TYPE });

  const body = traces({ spanId: '1111111111111111' });
  const response = await fetch(`${small.url}/v1/traces`, { method: 'POST', body, headers: JSON_TYPE });

  expect(await response.json()).toMatchObject({ partialSuccess: { rejectedSpans: '1' } });
});

test('a malformed request is refused with what is wrong, as a Status', async () => {
  const inJson = await post('/v1/traces', '{"resourceSpans":7}', JSON_TYPE);
  const inProtobuf = await post('/v1/traces', Buffer.from([0x0a, 0x05, 0x01]), PROTOBUF_TYPE);

  expect(inJson).toMatchObject({ status: 400, type: 'application/json' });
  expect(JSON.parse(inJson.text)).toEqual({
    code: 3,
    message: 'the request has resourceSpans that is not a list of objects',
  });
  expect(inProtobuf).toMatchObject({ status: 400, type: 'application/x-protobuf' });
  expect([...inProtobuf.bytes.subarray(0, 4)]).toEqual([0x08, 3, 0x12, inProtobuf.bytes.length - 4]);
  expect(inProtobuf.text).toContain('the request is cut off: 5 bytes announced at byte 1');
  expect(viewer.stats().requests.refused).toBe(2);
});

test.each([
  ['text', { 'content-type': 'text/plain' }],
  ['no content-type', {}],
])('%s is refused with 415', async (_what, headers) => {
  expect(await post('/v1/traces', Buffer.from('x'), headers)).toMatchObject({
    status: 415,
    text: expect.stringContaining('application/x-protobuf or application/json'),
  });
});

test.each([
  ['an unknown encoding', 'br', 'has the unsupported content-encoding \\"br\\"'],
  ['an encoding with the name of a method', 'constructor', 'has the unsupported content-encoding'],
  ['what is no gzip', 'gzip', 'is not valid gzip'],
])('%s is refused with 400', async (_what, encoding, problem) => {
  const response = await post('/v1/traces', '{}', { ...JSON_TYPE, 'content-encoding': encoding });

  expect(response.status).toBe(400);
  expect(response.text).toContain(problem);
});

test('a body of 16 MiB is taken and one byte more is refused with 413', async () => {
  const fits = await post('/v1/traces', '{}'.padEnd(LIMIT), JSON_TYPE);
  const tooBig = await post('/v1/traces', '{}'.padEnd(LIMIT + 1), JSON_TYPE);

  expect(fits.status).toBe(200);
  expect(tooBig.status).toBe(413);
});

test('a body that only says its length at the end is refused with 413 once it is too big', async () => {
  const tooBig = new Blob(['{}'.padEnd(LIMIT + 1)]).stream();

  const response = await post('/v1/traces', tooBig, JSON_TYPE);

  expect(response.status).toBe(413);
});

test('a small body that inflates beyond 16 MiB is refused with 413', async () => {
  const bomb = gzipSync('{}'.padEnd(LIMIT + 1));

  const response = await post('/v1/traces', bomb, { ...JSON_TYPE, 'content-encoding': 'gzip' });

  expect(bomb.length).toBeLessThan(100_000);
  expect(response.status).toBe(413);
});

test('of many bodies that inflate to the limit at once, two are in memory', async () => {
  const bomb = gzipSync('{}'.padEnd(LIMIT));
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
  await using lean = await startViewer({ port: 0 });
  const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  const send = () => fetch(`${lean.url}/v1/metrics`, { method: 'POST', body: bomb, headers });
  await send();
  const before = process.memoryUsage.rss();

  const responses = await Promise.all(Array.from({ length: 40 }, send));
  clearInterval(watch);

  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  expect(most - before).toBeLessThan(12 * LIMIT); // garbage that waits for its collection included
});

test('bodies beyond 64 MiB on their way at once are refused with 503, and taken again later', async () => {
  const send = () => {
    const asked = request({ port: viewer.port, path: '/v1/metrics', method: 'POST', headers: JSON_TYPE });
    asked.on('error', () => undefined).write(Buffer.alloc(LIMIT - 1, ' '));
    return asked;
  };
  const sent = Array.from({ length: 7 }, send);

  // Which of them is refused depends on whose bytes come last.
  const [refused] = await Promise.any(sent.map((asked) => once(asked, 'response')));
  for (const asked of sent) asked.destroy();
  await expect.poll(async () => (await post('/v1/traces', traces({}), JSON_TYPE)).status).toBe(200);

  expect(refused.statusCode).toBe(503);
});

test('a client that goes away in the middle of its request harms nobody', async () => {
  const options = {
    port: viewer.port,
    path: '/v1/traces',
    method: 'POST',
    headers: { ...JSON_TYPE, 'content-length': 9 },
  };
  const interrupted = request(options).on('error', () => undefined);
  interrupted.write('{');
  await once(interrupted, 'socket');
  interrupted.destroy();

  const response = await post('/v1/traces', traces({}), JSON_TYPE);

  expect(response.status).toBe(200);
});

test.each([
  ['GET', '/v1/traces', 405],
  ['POST', '/healthz', 405],
  ['GET', '/constructor', 404],
  ['POST', '/v1/spans', 404],
])('%s %s is answered with %i', async (method, path, status) => {
  const response = await fetch(viewer.url + path, { method });

  expect(response.status).toBe(status);
});

test('healthz says what is here', async () => {
  await post('/v1/traces', traces({}), JSON_TYPE);

  const response = await fetch(`${viewer.url}/healthz`);

  expect(await response.json()).toMatchObject({
    name: 'clew-viewer',
    version: expect.stringMatching(/^\d/),
    traces: 1,
    spans: 1,
    requests: { traces: { requests: 1 }, refused: 0 },
  });
});

test.each([
  ['localhost:4318', 200],
  ['127.0.0.1', 200],
  ['[::1]:4318', 200],
  ['attacker.example', 403],
  ['localhost.attacker.example:4318', 403],
  ['localhost@attacker.example', 403],
])('a request for the host %s is answered with %i', async (host, status) => {
  const asked = request({ port: viewer.port, path: '/healthz', headers: { host } }).end();
  const [response] = await once(asked, 'response');
  response.resume();

  expect(response.statusCode).toBe(status);
});

test.each(['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:8080'])(
  'a page from %s may send telemetry and read nothing else',
  async (origin) => {
    const preflight = await fetch(`${viewer.url}/v1/traces`, { method: 'OPTIONS', headers: { origin } });
    const health = await fetch(`${viewer.url}/healthz`, { headers: { origin } });

    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('content-type');
    expect(health.headers.get('access-control-allow-origin')).toBeNull();
  },
);

test.each(['https://attacker.example', 'null', 'http://localhost.attacker.example', 'file://localhost'])(
  'a page from %s may send nothing',
  async (origin) => {
    const preflight = await fetch(`${viewer.url}/v1/traces`, { method: 'OPTIONS', headers: { origin } });

    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  },
);

test('requests are kept when asked for, with headers and inflated body', async () => {
  const body = traces({});
  await post('/v1/traces', gzipSync(body), { ...JSON_TYPE, 'content-encoding': 'gzip', authorization: 'Bearer x' });

  expect(viewer.received).toHaveLength(1);
  expect(viewer.received[0]).toMatchObject({
    path: '/v1/traces',
    headers: { authorization: 'Bearer x', 'content-encoding': 'gzip' },
  });
  expect(viewer.received[0]?.body.toString()).toBe(body);
});

test('requests are not kept unless asked for', async () => {
  await using forgetful = await startViewer({ port: 0 });

  await fetch(`${forgetful.url}/v1/traces`, { method: 'POST', body: traces({}), headers: JSON_TYPE });

  expect(forgetful.stats().requests.traces.requests).toBe(1);
  expect(forgetful.received).toEqual([]);
});

test('waitForTrace resolves when the trace that matches is complete', async () => {
  const waiting = viewer.waitForTrace(({ spans }) => spans.some(({ name }) => name === 'GET /late'));

  await post('/v1/traces', traces({ name: 'child', parentSpanId: '1111111111111111' }), JSON_TYPE);
  await post('/v1/traces', traces({ name: 'GET /late', spanId: '1111111111111111' }), JSON_TYPE);

  expect((await waiting).spans.map(({ name }) => name)).toEqual(['child', 'GET /late']);
});

test('waitForTrace finds a trace that came before', async () => {
  await post('/v1/traces', traces({ name: 'GET /' }), JSON_TYPE);
  await viewer.waitForTrace(() => true);

  const trace = await viewer.waitForTrace(({ traceId }) => traceId === TRACE_ID, { timeoutMillis: 1 });

  expect(trace.complete).toBe(true);
});

test('waitForTrace says after its timeout what came instead', async () => {
  await post('/v1/traces', traces({ name: 'GET /other' }), JSON_TYPE);

  await expect(viewer.waitForTrace(() => false, { timeoutMillis: 20 })).rejects.toThrow(
    'after 20 ms: no complete trace matched; received: GET /other (1 spans, not complete)',
  );
});

test('waitForSpans does not wait for the trace to be complete', async () => {
  const waiting = viewer.waitForSpans(({ name }) => name.startsWith('SELECT'), { count: 2 });

  await post('/v1/traces', traces({ name: 'SELECT a', parentSpanId: 'aaaaaaaaaaaaaaaa' }), JSON_TYPE);
  await post('/v1/traces', traces({ name: 'SELECT b', spanId: '1111111111111111' }), JSON_TYPE);

  expect((await waiting).map(({ name }) => name)).toEqual(['SELECT a', 'SELECT b']);
});

test('waitForSpans says after its timeout how many came', async () => {
  await expect(viewer.waitForSpans(() => true, { count: 2, timeoutMillis: 20 })).rejects.toThrow(
    'after 20 ms: 0 of 2 spans matched; nothing was received',
  );
});

test('an error in a predicate reaches the one who waits', async () => {
  const failure = viewer
    .waitForSpans(() => {
      throw new RangeError('my predicate');
    })
    .catch((error: unknown) => error);

  const response = await post('/v1/traces', traces({}), JSON_TYPE);

  expect(await failure).toBeInstanceOf(RangeError);
  expect(response.status).toBe(200);
});

test('closing ends every wait and frees the port', async () => {
  const failure = viewer.waitForTrace(() => true).catch((error: Error) => error.message);

  await viewer.close();
  await viewer.close();

  expect(await failure).toContain('the viewer was closed');
  await using next = await startViewer({ port: viewer.port });
  expect(next.port).toBe(viewer.port);
});

test('whenIdle waits until no request is under way', async () => {
  const slow = request({ port: viewer.port, path: '/v1/traces', method: 'POST', headers: JSON_TYPE });
  slow.write(' ');
  await new Promise((resolve) => slow.once('socket', (socket) => socket.once('connect', resolve)));
  const idle = viewer.whenIdle({ quietMillis: 200, timeoutMillis: 10_000 });
  slow.end(traces({ name: 'the last one' }));

  await idle;

  expect(viewer.stats().spans).toBe(1);
});

test('whenIdle does not wait longer than its timeout', async () => {
  const stuck = request({ port: viewer.port, path: '/v1/traces', method: 'POST', headers: JSON_TYPE });
  stuck.on('error', () => undefined).write(' ');
  const start = performance.now();

  await viewer.whenIdle({ quietMillis: 60_000, timeoutMillis: 50 });

  expect(performance.now() - start).toBeLessThan(5000);
});

test('a log line joins its trace, and other lines are not taken', async () => {
  const line = JSON.stringify({ level: 50, msg: 'charge failed', trace_id: TRACE_ID, span_id: SPAN_ID, orderId: 81 });

  expect(viewer.addLogLine(line)).toBe(true);
  expect(viewer.addLogLine('listening on 3000')).toBe(false);
  expect(viewer.store.trace(TRACE_ID)?.logs).toMatchObject([
    { spanId: SPAN_ID, severityNumber: 17, severityText: 'error', body: 'charge failed', attributes: { orderId: 81 } },
  ]);
});

test('a port that another viewer has is an error that says so', async () => {
  const error = await startViewer({ port: viewer.port }).catch((error: unknown) => error);

  expect(error).toBeInstanceOf(ViewerPortError);
  expect(error).toMatchObject({
    code: 'EADDRINUSE',
    port: viewer.port,
    url: viewer.url,
    viewerVersion: expect.stringMatching(/^\d/),
    message: expect.stringMatching(/^port \d+ is taken by Clew viewer \d/),
  });
});

test('a port that something else has is an error that says so', async () => {
  const foreign = createServer((_request, response) => void response.end('{"name":"something"}'));
  await once(foreign.listen(0, '127.0.0.1'), 'listening');
  const { port } = foreign.address() as AddressInfo;

  const error = await startViewer({ port }).catch((error: unknown) => error);
  foreign.close();

  expect(error).toBeInstanceOf(ViewerPortError);
  expect(error).toMatchObject({
    viewerVersion: undefined,
    message: `port ${port} is taken by a program that is not a Clew viewer`,
  });
});

test.each(['0.0.0.0', '192.168.1.1', 'example.com', ''])(
  'the host %j needs a token: others could read',
  async (host) => {
    await expect(startViewer({ port: 0, host })).rejects.toThrow('expected 127.0.0.1, localhost or ::1, or a token');
  },
);

async function post(path: string, body: string | Uint8Array | ReadableStream, headers: Record<string, string>) {
  const init = { method: 'POST', body, headers, duplex: 'half' } as RequestInit;
  const response = await fetch(viewer.url + path, init);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = Buffer.from(bytes).toString();
  return { status: response.status, type: response.headers.get('content-type'), bytes, text };
}

function traces(span: Record<string, unknown>): string {
  const spans = [{ traceId: TRACE_ID, spanId: SPAN_ID, kind: 1, ...span }];
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

function metrics(asInt: string): Json {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  const sum = { dataPoints: [{ asInt }] };
  return { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: 'orders', sum }] }] }] };
}

function protobufTrace(spanId = SPAN_ID): Uint8Array {
  type SdkSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];
  const resource = { attributes: { 'service.name': 'orders' } };
  const span = {
    name: 'POST /orders',
    kind: 1,
    spanContext: () => ({ traceId: TRACE_ID, spanId, traceFlags: 1 }),
    startTime: [1_700_000_000, 0],
    endTime: [1_700_000_000, 1],
    status: { code: 0 },
    attributes: {},
    events: [],
    links: [],
    resource,
    instrumentationScope: { name: 'http' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  } as unknown as SdkSpan;
  return ProtobufTraceSerializer.serializeRequest([span])!;
}
