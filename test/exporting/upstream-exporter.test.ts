import { decodeTraces } from '@clew/viewer';
import { expect, test } from 'vitest';

import { startHttpBackend } from './http-backend.ts';
import { runToEnd } from './run-to-end.ts';

const fail = (problem: string) => {
  throw new Error(problem);
};

/** Spans with whatever a span can have. */
const PROGRAM = `
  import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
  const tracer = trace.getTracer('app', '1.2.3');
  const linked = tracer.startSpan('linked');
  linked.end();
  tracer.startActiveSpan('parent', { kind: SpanKind.SERVER, links: [{ context: linked.spanContext(), attributes: { why: 'retry' } }] }, (parent) => {
    const child = tracer.startSpan('child', { kind: SpanKind.CLIENT, attributes: { text: 'blüe', whole: 7, half: 0.5, no: false, list: ['a', 'b'], none: [] } });
    child.addEvent('tried', { attempt: 2 });
    child.recordException(new Error('declined'));
    child.setStatus({ code: SpanStatusCode.ERROR, message: 'declined' });
    child.end();
    parent.setStatus({ code: SpanStatusCode.OK }).end();
  });
`;

test.each([
  ['plain', {}],
  ['compressed', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }],
  ['with headers', { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=seven,x-tenant=a%20b' }],
])("OpenTelemetry's exporter and ours post the same %s request for the same spans", async (_, env) => {
  await using backend = await startHttpBackend();
  const config = `
    import { defineConfig } from '@clew/sdk';
    import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
    export default defineConfig({ exporters: { traces: ['otlp', new OTLPTraceExporter({ url: '${backend.url}/oracle' })] } });
  `;

  const { code, stderr } = await runToEnd(
    { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, ...env },
    { 'clew.config.mjs': config, 'app.mjs': PROGRAM },
  );

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(backend.requests.map(({ path }) => path).toSorted()).toEqual(['/oracle', '/v1/traces']);
  const [ours, theirs] = ['/v1/traces', '/oracle'].map((path) => backend.requests.find((each) => each.path === path)!);
  expect(requestOf(ours!)).toEqual(requestOf(theirs!));
  expect(spansOf(ours!.body)).toEqual(spansOf(theirs!.body));
  expect(spansOf(ours!.body).map(({ name }) => name)).toEqual(['child', 'linked', 'parent']);
});

test("OpenTelemetry's exporter alone, given to start() in code, sends every span", async () => {
  await using backend = await startHttpBackend();
  const program = `
    import { start } from '@clew/sdk';
    import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
    const sdk = start({ exporters: { traces: [new OTLPTraceExporter()] } });
    await import('./work.mjs');
    await sdk.shutdown();
    console.log(JSON.stringify(sdk.status().traces.dropped));
  `;

  const ended = await runToEnd(
    { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url },
    { 'app.mjs': program, 'work.mjs': PROGRAM },
    { preload: false },
  );

  expect(ended).toMatchObject({ code: 0, stdout: '{}\n', stderr: '' });
  expect(backend.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/traces']);
  expect(spansOf(backend.requests[0]!.body).map(({ name }) => name)).toEqual(['child', 'linked', 'parent']);
});

test("what OpenTelemetry's exporter cannot send costs the application nothing", async () => {
  const config = `
    import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
    const exporter = new OTLPTraceExporter({ url: 'http://127.0.0.1:1/v1/traces', timeoutMillis: 200 });
    export default { exporters: { traces: [exporter] } };
  `;

  const { code, stdout, stderr } = await runToEnd({}, { 'clew.config.mjs': config });

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toMatch(/^clew: 1 span was dropped: .*\n$/m);
});

type Request = Awaited<ReturnType<typeof startHttpBackend>>['requests'][number];

/** Returns the method and headers that are compared. Names differ, and so does the framing: ours tells its length. */
function requestOf({ method, headers }: Request) {
  const isCompared = ([name]: [string, unknown]) =>
    !['user-agent', 'content-length', 'transfer-encoding', 'connection'].includes(name);
  return { method, headers: Object.fromEntries(Object.entries(headers).filter(isCompared)) };
}

function spansOf(body: Buffer) {
  return (decodeTraces(body, fail) ?? []).toSorted((a, b) => a.name.localeCompare(b.name));
}
