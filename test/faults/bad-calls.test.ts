import { runApp } from '@clew/testing';
import { decodeLogs, decodeLogsJson, decodeTraces, decodeTracesJson } from '@clew/viewer';
import { expect, test } from 'vitest';

import { startHttpBackend, type HttpBackend } from '../exporting/http-backend.ts';

/** Output of `fixtures/run-bad-calls.cjs`. */
interface Report {
  readonly calls: number;
  /** Kinds of calls; each was made among ten healthy spans. */
  readonly kinds: readonly string[];
  /** Labels of the spans that were made by a bad call, or had one made on them. */
  readonly labels: readonly string[];
  readonly thrown: readonly string[];
  readonly slow: readonly string[];
}

const FIXTURES = new URL('fixtures/', import.meta.url);

test.each([
  { file: 'bad-calls-app.cjs', protocol: 'http/protobuf' },
  { file: 'bad-calls-app.mjs', protocol: 'http/json' },
  { file: 'bad-calls-app.cjs', protocol: 'http/protobuf', tracer: 'upstream' },
])('no call of $file hurts the app or other telemetry, sent as $protocol, tracer $tracer', async (row) => {
  const { file, protocol, tracer = 'clew' } = row;
  await using backend = await startHttpBackend();

  await using app = await runApp({
    args: [file],
    cwd: FIXTURES,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      CLEW_TRACER: tracer,
    },
  });
  const { code } = await app.exited;

  const report = JSON.parse(app.stdout) as Report;
  const { spans, logs, metrics } = arrived(backend, protocol);
  const healthy = spans.filter(({ name }) => name === 'healthy').map(({ attributes }) => attributes['kind']);
  const labels = spans.map(({ attributes }) => attributes['case']).filter((label) => label !== undefined);
  expect(code).toBe(0);
  expect(report.calls).toBeGreaterThan(3000);
  expect({ thrown: report.thrown, slow: report.slow }).toEqual({ thrown: [], slow: [] });
  // Requests run side by side, so their order is anyone's.
  expect(healthy.map(String).toSorted()).toEqual(
    report.kinds.flatMap((kind) => Array.from({ length: 10 }, () => kind)).toSorted(),
  );
  expect(labels).toHaveLength(report.labels.length);
  expect(new Set(labels)).toEqual(new Set(report.labels));
  expect(logs.map(({ body }) => body)).toContain('healthy');
  expect(metrics).toContain('healthy');
  expectQuiet(app.stderr);
});

/** Returns the telemetry that the backend was sent, by signal; the metrics as they came. */
function arrived({ requests }: HttpBackend, protocol: string) {
  const bodies = (path: string) => requests.filter((request) => request.path === path).map(({ body }) => body);
  const isJson = protocol === 'http/json';
  return {
    spans: bodies('/v1/traces').flatMap(
      (body) => (isJson ? decodeTracesJson(body.toString()) : decodeTraces(body)) ?? [],
    ),
    logs: bodies('/v1/logs').flatMap((body) => (isJson ? decodeLogsJson(body.toString()) : decodeLogs(body)) ?? []),
    metrics: bodies('/v1/metrics').join('\n'),
  };
}

/** Each kind of mistake is told once, with a count at the end, and by names: what an app passes around is its own. */
function expectQuiet(stderr: string): void {
  const lines = stderr.trimEnd().split('\n');
  expect(lines.filter((line) => !line.startsWith('clew: '))).toEqual([]);
  expect(lines).toHaveLength(new Set(lines).size);
  expect(stderr).not.toContain('SECRET');
}

test.each([
  'updateName(undefined)',
  'startSpan(undefined)',
  'startSpan(null)',
  'addEvent(undefined)',
  'links: [{}]',
  'getTracer(undefined)',
])('a server lives on after %s, and the batch of that span is sent by the timer', async (call) => {
  await using app = await runApp({
    args: ['bad-calls-server.mjs', call],
    cwd: FIXTURES,
    env: { OTEL_BSP_SCHEDULE_DELAY: '50' },
  });

  const spans = await app.waitForSpans(() => true, { count: 11 });
  app.kill('SIGTERM');
  const exit = await app.exited;

  expect(spans.filter(({ name }) => name === 'healthy')).toHaveLength(10);
  expect(spans.filter(({ attributes }) => attributes['bad'] === true)).toHaveLength(1);
  expect(exit).toEqual({ code: null, signal: 'SIGTERM' });
  expect(app.stderr.trim().split('\n')).toEqual([expect.stringMatching(/^clew: .*(name|link)/)]);
});
