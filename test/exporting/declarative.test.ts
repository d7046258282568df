import { decodeTraces, SPAN_KIND } from '@clew/viewer';
import { describe, expect, test } from 'vitest';

import { startHttpBackend } from './http-backend.ts';
import { ONE_SPAN, runToEnd } from './run-to-end.ts';

const SERVER = `
  import { createServer, get } from 'node:http';
  const server = createServer((request, response) => response.end('hi')).listen(0, '127.0.0.1', () => {
    get('http://127.0.0.1:' + server.address().port, (response) => response.resume().on('end', () => server.close()));
  });
`;

const configuration = (version: string, url: string) => `
file_format: "${version}"
resource:
  attributes:
    - { name: service.name, value: from-yaml }
tracer_provider:
  processors:
    - batch:
        exporter:
          otlp_http: { endpoint: ${url}/v1/traces }
propagator:
  composite: [{ tracecontext: }]
`;

const fail = (problem: string) => {
  throw new Error(problem);
};

describe('OTEL_CONFIG_FILE', () => {
  test.each(['1.0', '1.1'])(
    'of version %s replaces the environment, and our instrumentations feed it',
    async (version) => {
      await using backend = await startHttpBackend();
      const env = { OTEL_CONFIG_FILE: 'otel.yaml', OTEL_SERVICE_NAME: 'ignored' };

      const { code, stdout, stderr, received } = await runToEnd(env, {
        'app.mjs': SERVER,
        'otel.yaml': configuration(version, backend.url),
      });

      const spans = backend.requests.flatMap(({ body }) => decodeTraces(body, fail) ?? []);
      const client = spans.find(({ kind }) => kind === SPAN_KIND.client);
      const server = spans.find(({ kind }) => kind === SPAN_KIND.server);
      expect({ code, stdout, stderr, received }).toEqual({ code: 0, stdout: '', stderr: '', received: [] });
      expect(spans).toHaveLength(2);
      expect(server?.parentSpanId).toBe(client?.spanId);
      expect(server?.scope.name).toBe('@clew/instrumentations/http');
      expect(server?.resource.attributes['service.name']).toBe('from-yaml');
    },
  );

  test('a wrong call costs no other span of its batch', async () => {
    await using backend = await startHttpBackend();

    const { code } = await runToEnd(
      { OTEL_CONFIG_FILE: 'otel.yaml' },
      {
        'app.mjs': `
          import { trace } from '@opentelemetry/api';
          trace.getTracer('app').startSpan('wrong').updateName(undefined).end();
          trace.getTracer('app').startSpan('work').end();`,
        'otel.yaml': configuration('1.0', backend.url),
      },
    );

    const spans = backend.requests.flatMap(({ body }) => decodeTraces(body, fail) ?? []);
    expect(code).toBe(0);
    expect(spans.map(({ name }) => name)).toEqual(['wrong', 'work']);
  });

  test('the metrics and logs that it describes are sent at the end', async () => {
    await using backend = await startHttpBackend();

    const { code, stdout, stderr } = await runToEnd(
      { OTEL_CONFIG_FILE: 'otel.yaml' },
      {
        'app.mjs': `
          import { logs, metrics } from '@opentelemetry/api';
          logs.getLogger('app').emit({ body: 'a line' });
          metrics.getMeter('app').createCounter('orders').add(1);`,
        'otel.yaml': `
file_format: "1.0"
logger_provider:
  processors: [{ batch: { exporter: { otlp_http: { endpoint: ${backend.url}/v1/logs } } } }]
meter_provider:
  readers: [{ periodic: { exporter: { otlp_http: { endpoint: ${backend.url}/v1/metrics } } } }]`,
      },
    );

    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(backend.requests.map(({ path }) => path).toSorted()).toEqual(['/v1/logs', '/v1/metrics']);
  });

  test('a refusal goes to stderr, and stdout is left to the app', async () => {
    await using backend = await startHttpBackend({ answers: [{ status: 400, body: 'no' }] });

    const { code, stdout, stderr } = await runToEnd(
      { OTEL_CONFIG_FILE: 'otel.yaml' },
      { 'app.mjs': ONE_SPAN, 'otel.yaml': configuration('1.0', backend.url) },
    );

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
    expect(stderr).toMatch(/^clew: Export failed .*\n$/);
  });

  test.each([
    ['is not there', {}, /ENOENT.*otel\.yaml/],
    ['is no configuration', { 'otel.yaml': 'a: b\n  c: [' }, /otel\.yaml: Unsupported file_format/],
    ['has another version', { 'otel.yaml': 'file_format: "9.0"' }, /9\.0/],
    ['has an unknown exporter', { 'otel.yaml': configuration('1.0', 'x').replace('otlp_http', 'pigeon') }, /pigeon/],
  ])('that %s is told, and the app runs on', async (_, files, why) => {
    const { code, stdout, stderr } = await runToEnd(
      { OTEL_CONFIG_FILE: 'otel.yaml' },
      { 'app.mjs': ONE_SPAN, ...files },
    );

    const [reason, consequence, ...more] = stderr.trimEnd().split('\n');
    expect({ code, stdout, more }).toEqual({ code: 0, stdout: 'app runs on\n', more: [] });
    expect(reason).toMatch(why);
    expect(reason).toMatch(/^clew: /);
    expect(consequence).toBe('clew: cannot start an SDK from OTEL_CONFIG_FILE (otel.yaml); nothing is traced');
  });
});
