import { expect, test } from 'vitest';

import { startHttpBackend } from './http-backend.ts';
import { runToEnd } from './run-to-end.ts';

test('console writes spans to stdout and nothing to the network', async () => {
  const { code, stdout, stderr, received } = await runToEnd({ OTEL_TRACES_EXPORTER: 'console' });

  expect({ code, stderr, received }).toEqual({ code: 0, stderr: '', received: [] });
  expect(stdout).toMatch(/^app runs on\n/);
  expect(stdout).toContain("name: 'work'");
});

test('none exports nothing', async () => {
  const { code, stdout, stderr, received } = await runToEnd({ OTEL_TRACES_EXPORTER: 'none' });

  expect({ code, stdout, stderr, received }).toEqual({ code: 0, stdout: 'app runs on\n', stderr: '', received: [] });
});

test('otlp,console does both', async () => {
  const { stdout, spans } = await runToEnd({ OTEL_TRACES_EXPORTER: 'otlp,console' });

  expect(spans.map(({ name }) => name)).toEqual(['work']);
  expect(stdout).toContain(spans[0]!.traceId);
});

test('zipkin posts version 2 JSON', async () => {
  await using zipkin = await startHttpBackend({ answers: [{ status: 202 }] });

  const { code, stderr, received } = await runToEnd(
    {
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${zipkin.url}/api/v2/spans`,
    },
    {
      'app.mjs': `
        import { SpanKind, trace } from '@opentelemetry/api';
        trace.getTracer('app').startActiveSpan('parent', { kind: SpanKind.SERVER }, (parent) => {
          trace.getTracer('app').startSpan('child', { attributes: { color: 'blue' } }).end();
          parent.end();
        });`,
    },
  );

  const [request] = zipkin.requests;
  const [child, parent] = JSON.parse(request!.body.toString()) as [ZipkinSpan, ZipkinSpan];
  expect({ code, stderr, received }).toEqual({ code: 0, stderr: '', received: [] });
  expect(request).toMatchObject({ method: 'POST', path: '/api/v2/spans' });
  expect(request?.headers['content-type']).toBe('application/json');
  expect(parent).toMatchObject({ name: 'parent', kind: 'SERVER', localEndpoint: { serviceName: 'plain' } });
  expect(child).toMatchObject({ name: 'child', traceId: parent.traceId, parentId: parent.id });
  expect(child.tags).toMatchObject({ color: 'blue' });
});

test('a zipkin that is down is told, and the app runs on', async () => {
  const { code, stdout, stderr } = await runToEnd({
    OTEL_TRACES_EXPORTER: 'zipkin',
    OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'http://127.0.0.1:1/api/v2/spans',
  });

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toMatch(/^clew: 1 span was dropped: .*ECONNREFUSED.*\n$/);
});

interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}
