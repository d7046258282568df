import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';

import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import { type SpanReceiver, startSpanReceiver } from './span-receiver.ts';

const { pack } = createRequire(createRequire(import.meta.url).resolve('bullmq'))('msgpackr') as {
  pack(value: unknown): Uint8Array<ArrayBuffer>;
};

function endedSpans(count: number): ReadableSpan[] {
  const spans: ReadableSpan[] = [];
  const provider = new TracerProvider({
    spanProcessors: [
      {
        onStart() {},
        onEnd: (span) => void spans.push(span),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  });
  for (let n = 0; n < count; n++) provider.getTracer('shop').startSpan('read').end();
  return spans;
}

const post = ({ port }: SpanReceiver, path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers });

const bytes = (value: Uint8Array | undefined) => Uint8Array.from(value ?? []);

test('spans of OTLP are counted, as protobuf, as JSON and compressed', async () => {
  await using receiver = await startSpanReceiver();
  const protobuf = bytes(ProtobufTraceSerializer.serializeRequest(endedSpans(3)));
  const json = bytes(JsonTraceSerializer.serializeRequest(endedSpans(4)));

  await post(receiver, '/v1/traces', protobuf, { 'content-type': 'application/x-protobuf' });
  await post(receiver, '/v1/traces', json, { 'content-type': 'application/json' });
  await post(receiver, '/v1/traces', bytes(gzipSync(protobuf)), { 'content-encoding': 'gzip' });

  expect(receiver.spans()).toBe(10);
  expect(receiver.spans()).toBe(10);
  expect(receiver.requests()).toBe(3);
});

test("the spans of all traces that Datadog's agent is sent are counted", async () => {
  await using receiver = await startSpanReceiver();
  const traces = [[{ name: 'web.request', trace_id: 2n ** 63n }, { name: 'redis.command' }], [{ name: 'fetch' }]];

  const response = await post(receiver, '/v0.4/traces', pack(traces));

  expect(await response.json()).toEqual({});
  expect(receiver.spans()).toBe(3);
});

test("spans in Sentry's envelopes are counted, streamed and in transactions, and nothing else is", async () => {
  await using receiver = await startSpanReceiver();
  const envelope = (header: object, payload: object) =>
    [{ sent_at: '2026-11-29T12:00:00Z' }, header, payload].map((line) => JSON.stringify(line)).join('\n');

  await post(receiver, '/api/1/envelope/', envelope({ type: 'span', item_count: 5 }, { items: [{}, {}, {}, {}, {}] }));
  await post(receiver, '/api/1/envelope/?v=7', envelope({ type: 'transaction' }, { spans: [{}, {}] }));
  await post(receiver, '/api/1/envelope/', envelope({ type: 'session' }, { spans: [{}] }));

  expect(receiver.spans()).toBe(8);
});

test('metrics, logs and whatever else a contender says are answered and not counted', async () => {
  await using receiver = await startSpanReceiver();

  const answers = await Promise.all(['/v1/metrics', '/v1/logs', '/info'].map((path) => post(receiver, path, 'x')));

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect([receiver.spans(), receiver.requests()]).toEqual([0, 0]);
});
