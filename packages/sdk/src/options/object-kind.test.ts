import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, InMemoryLogRecordExporter } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  RandomIdGenerator,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import { baggagePropagator } from '../propagation/baggage-propagator.ts';
import { ConfigurationError } from './configuration-error.ts';
import { resolveOptions } from './resolve-options.ts';

const resolved = (options: object) => resolveOptions({ code: options, env: {} });

test.each([
  [{ resource: { 'service.name': 'x' } }, 'is an object, expected a Resource; did you mean resourceAttributes?'],
  [{ resource: 'x' }, 'is "x", expected a Resource'],
  [{ sampler: {} }, 'is an object, expected a Sampler; did you mean samplerName?'],
  [{ sampler: 'always_on' }, 'is "always_on", expected a Sampler; did you mean samplerName?'],
  [{ sampler: [] }, 'is a list, expected a Sampler'],
  [
    { idGenerator: { generateTraceId: () => 'x' } },
    'is an object, expected an IdGenerator; it has no generateSpanId()',
  ],
  [{ propagators: [{}] }, '[0] is an object, which is not a TextMapPropagator: it has no inject()'],
  [{ propagators: ['b3', 'baggag'] }, '[1] is "baggag", did you mean baggage?'],
  [{ exporters: { traces: ['otlp', {}] } }, '[1] is an object, which is not a SpanExporter: it has no export()'],
  [{ exporters: { traces: [null] } }, '[0] is null'],
  [{ exporters: { metrics: [{}] } }, '[0] is an object'],
  [
    { spanProcessors: [{ onStart() {}, onEnd() {} }] },
    '[0] is an object, which is not a SpanProcessor: it has no forceFlush()',
  ],
  [{ logRecordProcessors: [{}] }, '[0] is an object, which is not a LogRecordProcessor: it has no onEmit()'],
  [{ metricReaders: [{}] }, '[0] is an object, which is not a MetricReader: it has no setMetricProducer()'],
  [{ extraInstrumentations: [{}] }, '[0] is an object, which is not an Instrumentation: it has no setTracerProvider()'],
  [{ extraInstrumentations: [function Plugin() {}] }, '[0] is a function'],
])('%o throws at start', (options, message) => {
  expect(() => resolved(options)).toThrow(ConfigurationError);
  expect(() => resolved(options)).toThrow(message);
});

test("OpenTelemetry's own objects are taken as they are", () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const options = {
    resource: resourceFromAttributes({}),
    sampler: new AlwaysOnSampler(),
    idGenerator: new RandomIdGenerator(),
    propagators: [baggagePropagator, 'b3'],
    spanProcessors: [new SimpleSpanProcessor({ exporter: new InMemorySpanExporter() })],
    logRecordProcessors: [new BatchLogRecordProcessor({ exporter: new InMemoryLogRecordExporter() })],
    metricReaders: [new PeriodicExportingMetricReader({ exporter })],
  };
  const traces = [new InMemorySpanExporter()];

  expect(resolved({ ...options, exporters: { traces } }).options).toMatchObject({ ...options, exporters: { traces } });
});

test('in the file they are problems, and the rest is used', () => {
  const options = { sampler: { name: 'always_on' }, exporters: { traces: ['console', { url: 'x' }] } };

  const { options: used, problems } = resolveOptions({
    code: {},
    env: {},
    file: { path: 'clew.config.yaml', options },
  });

  expect(used.sampler).toBeUndefined();
  expect(used.exporters.traces).toEqual(['console']);
  expect(problems).toEqual([
    'clew.config.yaml: sampler is an object, expected a Sampler; did you mean samplerName?; ignored',
    expect.stringMatching(
      /exporters\.traces is a list, .*; \[1\] is an object, which is not a SpanExporter: .*; using the rest of it/,
    ),
  ]);
});

test('an object whose members throw is refused, and its error does not come through', () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('boo');
      },
    },
  );

  expect(() => resolved({ sampler: hostile })).toThrow(ConfigurationError);
});
