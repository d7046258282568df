import type { Meter } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';

import { guardedMeterProvider } from './guarded-meter-provider.ts';

/** The metrics that are there after `use`, as name → values with their attributes. */
async function measured(use: (meter: Meter) => void) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  use(guardedMeterProvider(provider).getMeter('app'));
  await provider.forceFlush();
  await provider.shutdown();
  const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return Object.fromEntries(
    metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map((point) => [point.value, point.attributes]),
    ]),
  );
}

test('measurements are those that were made', async () => {
  const metrics = await measured((meter) => {
    meter.createCounter('sold', { unit: '{book}' }).add(2, { shop: 'a' });
    meter.createUpDownCounter('open').add(-1);
    meter.createObservableGauge('left').addCallback((result) => result.observe(7));
  });

  expect(metrics).toEqual({ sold: [[2, { shop: 'a' }]], open: [[-1, {}]], left: [[7, {}]] });
});

test.each([undefined, null, NaN, -1, 'one', 1n, Symbol('a'), {}])(
  '%o is not counted, and what follows is',
  async (value) => {
    const metrics = await measured((meter) => {
      const counter = meter.createCounter('sold');
      counter.add(value as never);
      counter.add(2);
    });

    expect(metrics).toEqual({ sold: [[2, {}]] });
  },
);

test('attributes that cannot be exported are left out', async () => {
  const itself: Record<string, unknown> = {};
  itself['itself'] = itself;

  const metrics = await measured((meter) => {
    meter.createCounter('sold').add(1, { kept: 'k'.repeat(9000), itself, work: () => {} });
    meter.createGauge('left').record(1, null as never);
  });

  expect(metrics).toEqual({ sold: [[1, { kept: 'k'.repeat(8192), itself: {} }]], left: [[1, {}]] });
});

test.each([undefined, null, Symbol('a'), {}])('a metric named %o has a name', async (name) => {
  const metrics = await measured((meter) => meter.createCounter(name as never, name as never).add(1));

  expect(metrics).toEqual({ unknown: [[1, {}]] });
});

test('what is no callback is not called', async () => {
  const metrics = await measured((meter) => {
    const gauge = meter.createObservableGauge('left');
    gauge.addCallback(undefined as never);
    gauge.addCallback((result) => result.observe(7));
    meter.addBatchObservableCallback('no function' as never, [gauge]);
    meter.addBatchObservableCallback(() => {}, undefined as never);
  });

  expect(metrics).toEqual({ left: [[7, {}]] });
});
