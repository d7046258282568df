import { decodeTraces } from '@clew/viewer';
import { describe, expect, test } from 'vitest';

import { startGrpcBackend } from './grpc-backend.ts';
import { startHttpBackend, type BackendAnswer } from './http-backend.ts';
import { ONE_SPAN, runToEnd } from './run-to-end.ts';

const fail = (problem: string) => {
  throw new Error(problem);
};

/** `ExportTraceServiceResponse` with `partial_success { rejected_spans: 1, error_message: "too old" }`. */
const PARTIAL_SUCCESS = Buffer.concat([Buffer.from([0x0a, 11, 0x08, 1, 0x12, 7]), Buffer.from('too old')]);

async function runAgainst(...answers: (BackendAnswer | 'never')[]) {
  await using backend = await startHttpBackend({ answers });
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, CLEW_SHUTDOWN_TIMEOUT: '10000' };
  const { code, stdout, stderr } = await runToEnd(env);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'app runs on\n' });
  return { url: `${backend.url}/v1/traces`, requests: backend.requests, stderr };
}

test('a batch is sent again until a busy backend takes it', async () => {
  const busy = { status: 503, headers: { 'retry-after': '0' } };

  const { requests, stderr } = await runAgainst(busy, busy, {});

  expect(requests).toHaveLength(3);
  expect(requests[2]?.body).toEqual(requests[0]?.body);
  expect(decodeTraces(requests[2]!.body, fail)).toHaveLength(1);
  expect(stderr).toBe('');
});

describe('what a refusal says, and the remedy', () => {
  test.each<[number, BackendAnswer, RegExp]>([
    [400, { body: 'bad trace id' }, /answered 400: bad trace id$/],
    [401, { body: '{"error":"no key"}' }, /answered 401: .*no key.*; check the API key in OTEL_EXPORTER_OTLP_HEADERS$/],
    [403, {}, /answered 403; check the API key in OTEL_EXPORTER_OTLP_HEADERS$/],
    [404, {}, /answered 404; check the endpoint: \/v1\/traces is appended to OTEL_EXPORTER_OTLP_ENDPOINT$/],
    [415, {}, /answered 415; the backend does not accept this OTEL_EXPORTER_OTLP_PROTOCOL$/],
    [500, {}, /answered 500$/],
  ])('%i', async (status, answer, said) => {
    const { requests, stderr } = await runAgainst({ status, ...answer });

    expect(requests).toHaveLength(1);
    expect(stderr.trimEnd()).toMatch(said);
    expect(stderr.split('\n')).toHaveLength(2);
  });
});

test.each([301, 302, 307, 308])('a redirect with %i is told and not followed', async (status) => {
  await using elsewhere = await startHttpBackend();

  const { requests, stderr } = await runAgainst({ status, headers: { location: `${elsewhere.url}/v1/traces` } });

  expect(requests).toHaveLength(1);
  expect(elsewhere.requests).toEqual([]);
  expect(stderr).toMatch(/redirects are not followed; set the endpoint that it points to\n$/);
});

test('spans that the backend rejects beside others are told with its reason', async () => {
  const { url, requests, stderr } = await runAgainst({ body: PARTIAL_SUCCESS });

  expect(requests).toHaveLength(1);
  expect(stderr).toBe(`clew: 1 span was dropped: ${url} rejected them: too old\n`);
});

test('partial success in JSON is understood too', async () => {
  const body = '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}';
  await using backend = await startHttpBackend({ answers: [{ body }] });

  const { stderr } = await runToEnd({
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });

  expect(stderr).toBe(`clew: 1 span was dropped: ${backend.url}/v1/traces rejected them: too old\n`);
});

test('what the backend rejects at the last moment is told, too', async () => {
  await using backend = await startHttpBackend({ answers: [{ body: PARTIAL_SUCCESS }] });
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url };

  const { stderr } = await runToEnd(env, { 'app.mjs': `${ONE_SPAN} process.exit();` });

  expect(stderr).toBe(`clew: 1 span was dropped: ${backend.url}/v1/traces rejected them: too old\n`);
});

test('http at a port for gRPC is told', async () => {
  await using backend = await startGrpcBackend();

  const { code, stderr } = await runToEnd({
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    CLEW_SHUTDOWN_TIMEOUT: '500',
  });

  expect(code).toBe(0);
  expect(stderr).toMatch(/does not speak HTTP \([A-Z_]+\); is it a gRPC port\?\n$/);
});

test.each([
  ['an empty partial success', Buffer.from([0x0a, 0x00])],
  ['text', Buffer.from('ok')],
])('an answer that is %s does no harm', async (_, body) => {
  const { requests } = await runAgainst({ body });

  expect(requests).toHaveLength(1);
});
