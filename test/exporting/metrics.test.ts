import { expect, test } from 'vitest';

import { startHttpBackend } from './http-backend.ts';
import { runToEnd } from './run-to-end.ts';

const COUNT = {
  'app.mjs': `
    import { metrics } from '@opentelemetry/api';
    metrics.getMeter('shop').createCounter('orders').add(3, { color: 'blue' });
    console.log('app runs on');`,
};

test('no metric leaves the process until an exporter is named', async () => {
  const { code, stdout, stderr, received } = await runToEnd({}, COUNT);

  expect({ code, stdout, stderr, received }).toEqual({ code: 0, stdout: 'app runs on\n', stderr: '', received: [] });
});

test('otlp sends the metrics of the app and of the runtime at the end', async () => {
  const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };

  const { code, stdout, stderr, received } = await runToEnd(env, COUNT);

  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'app runs on\n', stderr: '' });
  expect(received.map(({ path }) => path)).toEqual(['/v1/metrics']);
  const { resourceMetrics } = JSON.parse(received[0]!.body.toString()) as MetricsRequest;
  const [{ resource, scopeMetrics }] = resourceMetrics;
  const byScope = new Map(scopeMetrics.map(({ scope, metrics }) => [scope.name, metrics]));
  expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'plain' } });
  expect(byScope.get('shop')).toMatchObject([
    { name: 'orders', sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ asDouble: 3 }] } },
  ]);
  expect(byScope.get('@opentelemetry/instrumentation-runtime-node')?.map(({ name }) => name)).toContain(
    'v8js.memory.heap.used',
  );
});

test.each([
  ['cumulative', 2],
  ['delta', 1],
  ['lowmemory', 1],
])('with the preference %s, counters have the temporality %i', async (preference, temporality) => {
  const env = {
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: preference,
  };

  const { received } = await runToEnd(env, COUNT);

  const { resourceMetrics } = JSON.parse(received[0]!.body.toString()) as MetricsRequest;
  const metrics = resourceMetrics[0].scopeMetrics.flatMap(({ metrics }) => metrics);
  expect(metrics.find(({ name }) => name === 'orders')?.sum?.aggregationTemporality).toBe(temporality);
});

test('metrics of the SDK itself tell what was sent and what waits', async () => {
  const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };

  const { received } = await runToEnd(env, {
    'app.mjs': `
      import { start } from '@clew/sdk';
      import { metrics, trace } from '@opentelemetry/api';
      trace.getTracer('shop').startSpan('sent').end();
      await start().flush();
      trace.getTracer('shop').startSpan('waits').end();`,
  });

  const last = received.findLast(({ path }) => path === '/v1/metrics')!;
  const { resourceMetrics } = JSON.parse(last.body.toString()) as MetricsRequest;
  const own = resourceMetrics[0].scopeMetrics.find(({ scope }) => scope.name === '@clew/sdk')!;
  const points = own.metrics.map(({ name, sum }) => [name, sum?.dataPoints.map(({ asDouble }) => asDouble)]);
  expect(points).toEqual([
    ['otel.sdk.exporter.span.exported', [1]],
    ['otel.sdk.processor.span.queue.size', [1]],
  ]);
});

test('console writes metrics to stdout', async () => {
  const { stdout, received } = await runToEnd({ OTEL_METRICS_EXPORTER: 'console' }, COUNT);

  expect(stdout).toContain("name: 'orders'");
  expect(received).toEqual([]);
});

test('prometheus serves /metrics at the port that is named', async () => {
  const scraping = {
    'app.mjs': `
      import { metrics } from '@opentelemetry/api';
      metrics.getMeter('shop').createCounter('orders').add(3, { color: 'blue' });
      const response = await fetch('http://127.0.0.1:' + process.env.OTEL_EXPORTER_PROMETHEUS_PORT + '/metrics');
      console.log(await response.text());
      process.exit();`,
  };
  const env = {
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    OTEL_TRACES_EXPORTER: 'none',
  };

  const { code, stdout, stderr } = await runToEnd(env, scraping);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^# TYPE orders_total counter$/m);
  expect(stdout).toMatch(/^orders_total\{color="blue".*\} 3/m);
});

test('the server of prometheus does not keep an app alive', async () => {
  const env = {
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    OTEL_EXPORTER_PROMETHEUS_PORT: '0',
  };

  const { code, stdout, stderr } = await runToEnd(env, COUNT);

  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'app runs on\n', stderr: '' });
});

test('a port of prometheus that is taken is told, and the app runs on', async () => {
  await using other = await startHttpBackend();
  const env = {
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    OTEL_EXPORTER_PROMETHEUS_PORT: new URL(other.url).port,
  };

  const { code, stdout, stderr } = await runToEnd(env, COUNT);

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toMatch(/^clew: .*EADDRINUSE.*\n$/);
});

test('a backend that never answers holds the end of the app for the shutdown timeout and no longer', async () => {
  await using backend = await startHttpBackend({ answers: ['never'] });
  const before = performance.now();

  const { code, stdout, stderr } = await runToEnd(
    { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, CLEW_SHUTDOWN_TIMEOUT: '500' },
    COUNT,
  );

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toBe(
    `clew: 1 collection of metrics was dropped: the process ended, and ${backend.url}/v1/metrics did not answer in time\n`,
  );
  expect(performance.now() - before).toBeLessThan(5000);
});

async function freePort(): Promise<number> {
  await using server = await startHttpBackend();
  return Number(new URL(server.url).port);
}

interface Sum {
  readonly aggregationTemporality: number;
  readonly dataPoints: readonly { readonly asDouble: number }[];
}

interface MetricsRequest {
  readonly resourceMetrics: readonly [
    {
      readonly resource: { readonly attributes: readonly unknown[] };
      readonly scopeMetrics: readonly {
        readonly scope: { readonly name: string };
        readonly metrics: readonly { readonly name: string; readonly sum?: Sum }[];
      }[];
    },
  ];
}
