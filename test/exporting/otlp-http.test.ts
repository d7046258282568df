import { decodeTraces, decodeTracesJson } from '@clew/viewer';
import { expect, test } from 'vitest';

import { startHttpBackend } from './http-backend.ts';
import { runToEnd } from './run-to-end.ts';

const fail = (problem: string) => {
  throw new Error(problem);
};

test('protobuf is posted to /v1/traces unless something else is asked for', async () => {
  await using backend = await startHttpBackend();

  await runToEnd({ OTEL_EXPORTER_OTLP_ENDPOINT: backend.url });

  const [request] = backend.requests;
  expect(backend.requests).toHaveLength(1);
  expect(request).toMatchObject({ method: 'POST', path: '/v1/traces' });
  expect(request?.headers).toMatchObject({
    'content-type': 'application/x-protobuf',
    'content-length': String(request?.body.length),
    'user-agent': expect.stringMatching(/^clew-sdk\/\d/),
  });
  expect(request?.headers).not.toHaveProperty('content-encoding');
  expect(decodeTraces(request!.body, fail)?.map(({ name }) => name)).toEqual(['work']);
});

test('http/json posts JSON with hex ids', async () => {
  await using backend = await startHttpBackend();

  await runToEnd({ OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });

  const [request] = backend.requests;
  const [span] = decodeTracesJson(request!.body.toString(), fail) ?? [];
  expect(request?.headers['content-type']).toBe('application/json');
  expect(span).toMatchObject({ name: 'work', traceId: expect.stringMatching(/^[\da-f]{32}$/) });
});

test.each(['http/protobuf', 'http/json'])('%s is compressed when gzip is asked for', async (protocol) => {
  await using backend = await startHttpBackend();

  await runToEnd({
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  });

  const [request] = backend.requests;
  expect(request?.headers['content-encoding']).toBe('gzip');
  expect(request?.body.toString('latin1')).toContain('work');
});

test('headers of all signals and of the signal are sent, the latter counts where both have one', async () => {
  await using backend = await startHttpBackend();

  await runToEnd({
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=common,x-tenant=a%20b',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'api-key=of-traces',
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'api-key=of-logs',
  });

  expect(backend.requests[0]?.headers).toMatchObject({ 'api-key': 'of-traces', 'x-tenant': 'a b' });
});

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', '/base', '/base/v1/traces'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', '/base/', '/base/v1/traces'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', '/own/path?tenant=1', '/own/path?tenant=1'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', '', '/'],
])('%s ending in %j posts to %s', async (variable, path, posted) => {
  await using backend = await startHttpBackend();

  await runToEnd({ [variable]: backend.url + path });

  expect(backend.requests.map((request) => request.path)).toEqual([posted]);
});

test('each signal goes to its own endpoint, with its own protocol', async () => {
  await using traces = await startHttpBackend();
  await using logs = await startHttpBackend();

  await runToEnd(
    {
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${traces.url}/t`,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${logs.url}/l`,
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/json',
    },
    {
      'app.mjs': `
        import { logs, trace } from '@opentelemetry/api';
        trace.getTracer('app').startSpan('work').end();
        logs.getLogger('app').emit({ body: 'a line' });`,
    },
  );

  expect(traces.requests.map(({ path, headers }) => [path, headers['content-type']])).toEqual([
    ['/t', 'application/x-protobuf'],
  ]);
  expect(logs.requests.map(({ path, headers }) => [path, headers['content-type']])).toEqual([
    ['/l', 'application/json'],
  ]);
});

test('a backend that does not answer within the timeout of the signal is asked again', async () => {
  await using backend = await startHttpBackend({ answers: ['never'] });

  const { code, stderr } = await runToEnd({
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '200',
  });

  expect(code).toBe(0);
  expect(backend.requests.length).toBeGreaterThan(1);
  expect(stderr).toMatch(/^clew: 1 span was dropped: the process ended, and .* did not answer .*\n$/);
});
