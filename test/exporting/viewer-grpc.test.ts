import { startViewer } from '@clew/viewer';
import { expect, test } from 'vitest';

import { runToEnd } from './run-to-end.ts';

/** Exports a span, a log record and a metric by OpenTelemetry's own SDK, which takes its exporters of gRPC-JS. */
const UPSTREAM = `
  import { logs, metrics, trace } from '@opentelemetry/api';
  import { NodeSDK } from '@opentelemetry/sdk-node';
  const sdk = new NodeSDK();
  sdk.start();
  trace.getTracer('app').startActiveSpan('work', (span) => span.setAttribute('sku', 7).end());
  logs.getLogger('app').emit({ body: 'a line' });
  metrics.getMeter('app').createCounter('orders').add(1);
  await sdk.shutdown();
`;
const GRPC = {
  OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
};

test.each([
  ['plain', {}],
  ['compressed', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }],
])("the viewer takes what OpenTelemetry's exporters for gRPC send, %s", async (_how, env) => {
  await using viewer = await startViewer({ port: 0, grpcPort: 0, keepRequests: true });

  const { code, stderr } = await runToEnd(
    { ...GRPC, OTEL_EXPORTER_OTLP_ENDPOINT: viewer.grpcUrl, ...env },
    { 'app.mjs': UPSTREAM },
    { preload: false },
  );

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [span] = await viewer.waitForSpans(({ name }) => name === 'work');
  expect(span).toMatchObject({ attributes: { sku: 7 }, scope: { name: 'app' } });
  const once = { requests: 1 };
  expect(viewer.stats()).toMatchObject({
    lastError: undefined,
    untracedLogs: 1,
    requests: { traces: once, logs: once, metrics: once, refused: 0 },
  });
  expect(viewer.received[0]?.headers['user-agent']).toMatch(/grpc-node-js/);
});

test.each([
  ['plain', {}],
  ['compressed', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }],
])('the viewer takes what the preload sends over gRPC, %s', async (_how, env) => {
  await using viewer = await startViewer({ port: 0, grpcPort: 0 });

  const { code, stderr } = await runToEnd({ ...GRPC, OTEL_EXPORTER_OTLP_ENDPOINT: viewer.grpcUrl, ...env });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(await viewer.waitForSpans(({ name }) => name === 'work')).toHaveLength(1);
});
