import { runApp, type RunningApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const REQUESTS = 400;
const FAILING = REQUESTS / 20;

const METRICS: NodeJS.ProcessEnv = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' };
const POLICY: NodeJS.ProcessEnv = { CLEW_SAMPLING_FILE: 'policy.yaml' };

const ERRORS_AND_A_FEW = `
version: 1
head: [{ name: probes, match: { path: /healthz }, ratio: 0 }]
rules: [{ name: errors, match: { error: true }, ratio: 0.5 }]
base: { ratio: 0.05 }
`;

const SHOP = `
  import { fastify } from 'fastify';
  const app = fastify();
  app.get('/orders/:id', async ({ params: { id } }, reply) => {
    if (id % ${REQUESTS / FAILING} === 0) throw new RangeError('no order ' + id);
    return { id };
  });
  app.get('/healthz', async () => 'well');
  app.get('/close', async () => void setImmediate(() => app.close()));
  console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
`;

test('what was not kept is still counted: rate, errors and duration of all requests are exported', async () => {
  using folder = fixture({ 'app.mjs': SHOP, 'policy.yaml': ERRORS_AND_A_FEW });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: { ...METRICS, ...POLICY } });
  const [url] = await app.untilStdout(/http:\S+/);

  for (let id = 1; id <= REQUESTS; id++) await (await fetch(`${url}/orders/${id}`)).text();
  for (let n = 0; n < 10; n++) await (await fetch(`${url}/healthz`)).text();
  await (await fetch(`${url}/close`)).text();
  await app.exited;

  const [histogram] = localRootsIn(app);
  expect(histogram).toMatchObject({ unit: 's', scope: '@clew/sdk', temporality: 2 });
  expect(histogram?.points.map(({ attributes, count }) => [attributes, count])).toEqual([
    [{ 'span.kind': 'server', 'http.request.method': 'GET', 'http.route': '/close' }, 1],
    [
      { 'span.kind': 'server', 'http.request.method': 'GET', 'http.route': '/orders/:id', 'error.type': '500' },
      FAILING,
    ],
    [{ 'span.kind': 'server', 'http.request.method': 'GET', 'http.route': '/orders/:id' }, REQUESTS - FAILING],
  ]);
  const roots = app.spans().filter(({ kind }) => kind === SERVER);
  expect(roots.length).toBeLessThan(REQUESTS / 2);
  expect(roots.length).toBeGreaterThan(0);
  for (const { attributes, traceState } of roots) {
    expect(attributes['sampling.rule']).toMatch(/^(?:base|errors)$/);
    expect(traceState).toBe(attributes['sampling.rule'] === 'base' ? 'ot=th:f3333' : 'ot=th:8');
  }
  expect(app.stderr).toBe('');
});

const SPANS = `
  import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
  const tracer = trace.getTracer('app');
  export const start = (name, options = {}, parent = undefined) =>
    tracer.startSpan(name, options, parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT);
  export const fail = (span) => span.setStatus({ code: SpanStatusCode.ERROR });
`;

const KEEPS_NOTHING = `
version: 1
rules: [{ name: gold, match: { user.tier: gold }, ratio: 1 }]
base: { ratio: 0 }
`;

async function run(script: string, env: NodeJS.ProcessEnv, policy = KEEPS_NOTHING) {
  const app = `import { start, fail } from './spans.mjs';\n`;
  using folder = fixture({ 'spans.mjs': SPANS, 'app.mjs': app + script, 'policy.yaml': policy });
  await using running = await runApp({ args: ['app.mjs'], cwd: folder.path, env });
  await running.exited;
  const counts = localRootsIn(running).map(({ points }) => points.map(({ attributes, count }) => [attributes, count]));
  return { stderr: running.stderr, counts };
}

test('only local roots are counted, those that are open at the end included, by name where there is no route', async () => {
  const { counts, stderr } = await run(
    `
    const root = start('import orders');
    fail(start('query', {}, root)).end();
    root.end();
    fail(start('import orders', { kind: 4 })).end();
    start('import prices');`,
    { ...METRICS, ...POLICY },
  );

  expect(counts).toEqual([
    [
      [{ 'span.kind': 'consumer', 'span.name': 'import orders', 'error.type': '_OTHER' }, 1],
      [{ 'span.kind': 'internal', 'span.name': 'import orders' }, 1],
      [{ 'span.kind': 'internal', 'span.name': 'import prices' }, 1],
    ],
  ]);
  expect(stderr).toBe('');
});

test('secrets in names and routes are redacted, as in the span', async () => {
  const { counts } = await run(
    `
    start('GET /reset?token=opensesame').end();
    start('GET', { attributes: { 'http.route': '/reset?token=opensesame' } }).end();`,
    { ...METRICS, ...POLICY },
  );

  expect(counts).toEqual([
    [
      [{ 'span.kind': 'internal', 'http.route': '/reset?token=REDACTED' }, 1],
      [{ 'span.kind': 'internal', 'span.name': 'GET /reset?token=REDACTED' }, 1],
    ],
  ]);
});

test('flush() exports the counts so far, also of traces that are undecided, and shutdown() the last', async () => {
  const { counts } = await run(
    `
    import { start as startSdk } from '@clew/sdk';
    const sdk = startSdk();
    const root = start('waits');
    start('outlives it', {}, root);
    root.end();
    await sdk.flush();
    start('waits').end();
    await sdk.shutdown();`,
    { ...METRICS, ...POLICY },
  );

  const numbers = counts.map((points) => points.map(([, count]) => count));
  expect([numbers[0], numbers.at(-1)]).toEqual([[1], [2]]);
});

test('local roots of a worker thread are counted as series of its own', async () => {
  using folder = fixture({
    'spans.mjs': SPANS,
    'app.mjs': `
      import { Worker } from 'node:worker_threads';
      import { start } from './spans.mjs';
      start('order').end();
      new Worker('./worker.mjs');`,
    'worker.mjs': `import { start } from './spans.mjs'; for (let n = 0; n < 2; n++) start('order').end();`,
    'policy.yaml': KEEPS_NOTHING,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: { ...METRICS, ...POLICY } });

  await app.exited;

  const order = { 'span.kind': 'internal', 'span.name': 'order' };
  const points = localRootsIn(app).flatMap((each) => each.points);
  expect(points.toSorted((one, other) => one.count - other.count)).toEqual([
    { attributes: order, count: 1 },
    { attributes: { ...order, 'thread.id': expect.any(Number) }, count: 2 },
  ]);
});

test.each<[string, NodeJS.ProcessEnv, number]>([
  ['no local root is measured without a sampling policy', {}, 0],
  ['local roots are measured with a policy', POLICY, 1],
  [
    'no local root is measured with a policy if that is switched off',
    { ...POLICY, CLEW_METRIC_LOCAL_ROOTS: 'false' },
    0,
  ],
  ['local roots are measured without a policy if that is switched on', { CLEW_METRIC_LOCAL_ROOTS: 'true' }, 1],
])('%s', async (_, env, histograms) => {
  const { counts } = await run(`start('order').end();`, { ...METRICS, ...env });

  expect(counts).toHaveLength(histograms);
});

const SERVER = 2; // SPAN_KIND_SERVER of OTLP

interface Histogram {
  readonly scope: string;
  readonly unit: string;
  readonly temporality: number;
  readonly points: readonly Point[];
}

interface Point {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly count: number;
}

/** The histogram in each collection that has arrived, its points in the order of their attributes. */
function localRootsIn({ viewer }: RunningApp): Histogram[] {
  return viewer.received
    .filter(({ path }) => path === '/v1/metrics')
    .flatMap(({ body }) => (JSON.parse(body.toString()) as MetricsRequest).resourceMetrics)
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ scope, metrics }) => metrics.map((metric) => ({ ...metric, scope: scope.name })))
    .filter(({ name }) => name === 'clew.local_root.duration')
    .map(({ scope, unit, histogram }) => ({
      scope,
      unit,
      temporality: histogram.aggregationTemporality,
      points: histogram.dataPoints.map(toPoint).toSorted(byAttributes),
    }));
}

function toPoint({ attributes, count }: DataPoint): Point {
  const values = attributes.map(({ key, value }) => [key, Object.values(value)[0]]);
  return { attributes: Object.fromEntries(values), count: Number(count) };
}

function byAttributes(one: Point, other: Point): number {
  return JSON.stringify(one.attributes) < JSON.stringify(other.attributes) ? -1 : 1;
}

interface DataPoint {
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly count: number | string;
}

interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string };
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly histogram: { readonly aggregationTemporality: number; readonly dataPoints: readonly DataPoint[] };
      }[];
    }[];
  }[];
}
