import { decodeLogs, decodeTraces } from '@clew/viewer';
import { expect, test } from 'vitest';

import { startHttpBackend } from './http-backend.ts';
import { runToEnd } from './run-to-end.ts';

const LOG = {
  'app.mjs': `
    import { logs, SeverityNumber, trace } from '@opentelemetry/api';
    trace.getTracer('shop').startActiveSpan('order', (span) => {
      logs.getLogger('shop').emit({
        severityNumber: SeverityNumber.WARN,
        severityText: 'WARN',
        body: 'out of stock',
        attributes: { sku: 7 },
      });
      span.end();
    });
    process.stdout.write('app runs on\\n'); // what console prints would be a record too`,
};

const fail = (problem: string) => {
  throw new Error(problem);
};

test('no log record leaves the process until an exporter is named', async () => {
  const { stdout, stderr, received } = await runToEnd({}, LOG);

  expect({ stdout, stderr }).toEqual({ stdout: 'app runs on\n', stderr: '' });
  expect(received.map(({ path }) => path)).toEqual(['/v1/traces']);
});

test('otlp sends the records that the app makes, with the span they belong to', async () => {
  const { code, stdout, stderr, received } = await runToEnd({ OTEL_LOGS_EXPORTER: 'otlp' }, LOG);

  const bodies = new Map(received.map(({ path, body }) => [path, body]));
  const [span] = decodeTraces(bodies.get('/v1/traces')!, fail) ?? [];
  const records = decodeLogs(bodies.get('/v1/logs')!, fail);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'app runs on\n', stderr: '' });
  expect(records).toMatchObject([
    {
      traceId: span?.traceId,
      spanId: span?.spanId,
      severityNumber: 13,
      severityText: 'WARN',
      body: 'out of stock',
      scope: { name: 'shop' },
    },
  ]);
  expect({ ...records?.[0]?.attributes }).toEqual({ sku: 7 });
  expect(records?.[0]?.resource.attributes['service.name']).toBe('plain');
});

test('a record carries no more than its limits let it', async () => {
  const env = {
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '3',
    OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '5',
    OTEL_ATTRIBUTE_COUNT_LIMIT: '1',
  };
  const attributes = `{ colour: 'crimson', size: 'large' }`;

  const { received } = await runToEnd(env, {
    'app.mjs': `
      import { logs } from '@opentelemetry/api';
      logs.getLogger('shop').emit({ body: 'sold', attributes: ${attributes} });`,
  });

  const [record] = decodeLogs(received[0]!.body, fail) ?? [];
  expect({ ...record?.attributes }).toEqual({ colour: 'cri' });
});

test('a record that is made without any span is sent at the end too', async () => {
  const { received } = await runToEnd(
    { OTEL_LOGS_EXPORTER: 'otlp' },
    {
      'app.mjs': `
        import { logs } from '@opentelemetry/api';
        process.once('beforeExit', () => logs.getLogger('shop').emit({ body: 'late' }));
        logs.getLogger('shop').emit({ body: 'early' });`,
    },
  );

  const bodies = received.flatMap(({ body }) => decodeLogs(body, fail) ?? []).map(({ body }) => body);
  expect(bodies).toEqual(['early', 'late']);
});

test('console writes records to stdout', async () => {
  const { stdout } = await runToEnd({ OTEL_LOGS_EXPORTER: 'console' }, LOG);

  expect(stdout).toContain("body: 'out of stock'");
});

test('a refusal is told once, by signal', async () => {
  await using backend = await startHttpBackend({ answers: [{ status: 400, body: 'no logs here' }] });
  const env = { OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${backend.url}/v1/logs` };

  const { code, stdout, stderr, spans } = await runToEnd(env, LOG);

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toBe(`clew: 1 log record was dropped: ${backend.url}/v1/logs answered 400: no logs here\n`);
  expect(spans).toHaveLength(1);
});

test('a backend that never answers holds the end of the app for the shutdown timeout and no longer', async () => {
  await using backend = await startHttpBackend({ answers: ['never'] });
  const before = performance.now();

  const { code, stdout, stderr } = await runToEnd(
    {
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${backend.url}/v1/logs`,
      CLEW_SHUTDOWN_TIMEOUT: '500',
    },
    LOG,
  );

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  expect(stderr).toBe(
    `clew: 1 log record was dropped: the process ended, and ${backend.url}/v1/logs did not answer in time\n`,
  );
  expect(performance.now() - before).toBeLessThan(5000);
});
