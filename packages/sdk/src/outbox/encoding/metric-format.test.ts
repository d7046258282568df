import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';

import { openSignal, requestOf } from '../../../test/open-signal.ts';
import { metricFormat } from './metric-format.ts';

test('a request with two collections in JSON has both, as OpenTelemetry writes each', async () => {
  const collections = [await collect('[one]', 1.5), await collect('other', Number.MAX_SAFE_INTEGER)];
  const outbox = openSignal<ResourceMetrics>(metricFormat('http/json'), { signal: 'metrics' });

  for (const collection of collections) outbox.add(collection);

  const each = collections.map((collection) => parsed(JsonMetricsSerializer.serializeRequest(collection)));
  expect(outbox.account.dropped).toEqual({});
  expect(parsed(requestOf(outbox))).toEqual({
    resourceMetrics: each.flatMap(({ resourceMetrics }) => resourceMetrics),
  });
});

test('a request with two collections in protobuf has both, as OpenTelemetry writes each', async () => {
  const collections = [await collect('one', 1.5), await collect('other', -2)];
  const outbox = openSignal<ResourceMetrics>(metricFormat('http/protobuf'), { signal: 'metrics' });

  for (const collection of collections) outbox.add(collection);

  const each = collections.map((collection) => ProtobufMetricsSerializer.serializeRequest(collection) as Uint8Array);
  expect(outbox.account.dropped).toEqual({});
  expect(requestOf(outbox).toString('hex')).toBe(Buffer.concat(each).toString('hex'));
});

test('a number that JSON has none for is written as OTLP has it', async () => {
  const outbox = openSignal<ResourceMetrics>(metricFormat('http/json'), { signal: 'metrics' });

  outbox.add(await collect('one', Number.NaN));

  expect(requestOf(outbox).toString()).toContain('"asDouble":"NaN"');
});

test.each([
  [Number.POSITIVE_INFINITY, '"asDouble":"Infinity"'],
  [Number.NEGATIVE_INFINITY, '"asDouble":"-Infinity"'],
])('so is %d', async (value, written) => {
  const outbox = openSignal<ResourceMetrics>(metricFormat('http/json'), { signal: 'metrics' });

  outbox.add(await collect('one', value));

  const request = requestOf(outbox).toString();
  expect(request).toContain(written);
  expect(request).not.toContain('null');
});

/** Collects one gauge, as a reader does. */
async function collect(name: string, value: number): Promise<ResourceMetrics> {
  const reader = new (class extends MetricReader {
    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  })();
  const provider = new MeterProvider({ readers: [reader], resource: resourceFromAttributes({ 'service.name': name }) });
  provider.getMeter(`meter of ${name}`).createGauge(name).record(value, { name });
  return (await reader.collect()).resourceMetrics;
}

function parsed(request: Uint8Array | undefined): { resourceMetrics: unknown[] } {
  return JSON.parse(Buffer.from(request as Uint8Array).toString()) as { resourceMetrics: unknown[] };
}
