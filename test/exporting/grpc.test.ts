import { runApp } from '@clew/testing';
import { decodeLogs, decodeTraces } from '@clew/viewer';
import { expect, test, vi } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { startGrpcBackend } from './grpc-backend.ts';
import { startHttpBackend } from './http-backend.ts';
import { runToEnd } from './run-to-end.ts';

const GRPC = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
const QUICK = { CLEW_SHUTDOWN_TIMEOUT: '500' };

const fail = (problem: string) => {
  throw new Error(problem);
};

test('spans are sent as a unary call with the headers as metadata', async () => {
  await using backend = await startGrpcBackend();

  const { code, stdout, stderr } = await runToEnd({
    ...GRPC,
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=secret',
  });

  const [call] = backend.calls;
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'app runs on\n', stderr: '' });
  expect(call?.path).toBe('/opentelemetry.proto.collector.trace.v1.TraceService/Export');
  expect(call?.metadata).toMatchObject({ 'api-key': 'secret', 'content-type': 'application/grpc' });
  expect(decodeTraces(call!.message, fail)?.map(({ name }) => name)).toEqual(['work']);
});

test('an endpoint without a scheme is used, without TLS where OTEL_EXPORTER_OTLP_INSECURE is true', async () => {
  await using backend = await startGrpcBackend();
  const env = { ...GRPC, ...QUICK, OTEL_EXPORTER_OTLP_ENDPOINT: new URL(backend.url).host };

  const insecure = await runToEnd({ ...env, OTEL_EXPORTER_OTLP_INSECURE: 'true' });
  const secure = await runToEnd(env);

  expect(insecure.stderr).toBe('');
  expect(secure.stderr).toMatch(/the TLS handshake with https:\/\/\S+ failed/);
  expect(backend.calls).toHaveLength(1);
});

test('messages are compressed when gzip is asked for', async () => {
  await using backend = await startGrpcBackend();

  await runToEnd({
    ...GRPC,
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  });

  const [call] = backend.calls;
  expect(call?.metadata['grpc-encoding']).toBe('gzip');
  expect(decodeTraces(call!.message, fail)).toHaveLength(1);
});

test('metrics and logs are sent to their services', async () => {
  await using backend = await startGrpcBackend();

  await runToEnd(
    {
      ...GRPC,
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
    },
    {
      'app.mjs': `
        import { logs, metrics } from '@opentelemetry/api';
        logs.getLogger('app').emit({ body: 'a line' });
        metrics.getMeter('app').createCounter('orders').add(1);`,
    },
  );

  const messages = new Map(backend.calls.map(({ path, message }) => [path, message]));
  const logs = messages.get('/opentelemetry.proto.collector.logs.v1.LogsService/Export');
  const metrics = messages.get('/opentelemetry.proto.collector.metrics.v1.MetricsService/Export');
  expect(decodeLogs(logs!, fail)?.map(({ body }) => body)).toEqual(['a line']);
  expect(metrics?.toString('latin1')).toContain('orders');
});

test('a call that the backend cannot take right now is repeated', async () => {
  const UNAVAILABLE = 14;
  await using backend = await startGrpcBackend({ statuses: [UNAVAILABLE, 0] });

  const { code, stderr } = await runToEnd({ ...GRPC, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url });

  expect(code).toBe(0);
  expect(stderr).toBe('');
  expect(backend.calls).toHaveLength(2);
  expect(backend.calls[1]?.message).toEqual(backend.calls[0]?.message);
});

test('a call that is refused is told once', async () => {
  const UNAUTHENTICATED = 16;
  await using backend = await startGrpcBackend({ statuses: [UNAUTHENTICATED] });

  const { code, stdout, stderr } = await runToEnd({ ...GRPC, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url });

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toMatch(/ answered UNAUTHENTICATED; check the API key in OTEL_EXPORTER_OTLP_HEADERS\n$/);
});

test('an endpoint at which nothing listens is told, and the app ends within the shutdown timeout', async () => {
  const before = performance.now();

  const { code, stdout, stderr } = await runToEnd({
    ...GRPC,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    CLEW_SHUTDOWN_TIMEOUT: '500',
  });

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toMatch(
    /^clew: 1 span was dropped: the process ended, and nothing listens at http:\/\/127\.0\.0\.1:1; .*\n$/,
  );
  expect(performance.now() - before).toBeLessThan(5000);
});

test('a backend that never answers holds the end of the app for the shutdown timeout and no longer', async () => {
  await using backend = await startGrpcBackend({ statuses: ['never'] });
  const before = performance.now();

  const { code, stdout } = await runToEnd({
    ...GRPC,
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    CLEW_SHUTDOWN_TIMEOUT: '500',
  });

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(performance.now() - before).toBeLessThan(5000);
});

test('grpc at a port for HTTP is told', async () => {
  await using backend = await startHttpBackend();

  const { code, stderr } = await runToEnd({ ...GRPC, ...QUICK, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url });

  expect(code).toBe(0);
  expect(stderr).toMatch(/does not speak gRPC \(.*\); is it a port for HTTP\?\n$/);
});

test('a connection that is cut is made anew', async () => {
  await using backend = await startGrpcBackend();
  using folder = fixture({
    'app.mjs': `
      import { trace } from '@opentelemetry/api';
      setInterval(() => trace.getTracer('app').startSpan('work').end(), 20);`,
  });
  const env = { ...GRPC, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url };
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });
  await vi.waitFor(() => expect(backend.calls.length).toBeGreaterThan(0), 10_000);

  backend.cut();

  const callsBefore = backend.calls.length;
  await vi.waitFor(() => expect(backend.calls.length).toBeGreaterThan(callsBefore), 10_000);
  app.kill();
  expect(await app.exited).toEqual({ code: null, signal: 'SIGTERM' });
});
