import { metrics } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, expect, test } from 'vitest';

import { textMap } from './carriers/text-map.ts';
import { consuming, type ConsumerPlan } from './consuming.ts';
import { messagingMetrics } from './messaging-metrics.ts';
import { producingBatch } from './producing.ts';

const plan: ConsumerPlan<object> = {
  destination: { system: 'test', name: 'orders', clientId: 'c1', server: { address: 'broker', port: 1 } },
  carrier: textMap as ConsumerPlan<object>['carrier'],
  delivery: () => ({ enqueuedAt: Date.now() - 2000 }),
};

afterEach(() => metrics.disable());

test('without a meter provider nothing is measured', () => {
  expect(messagingMetrics()).toBeUndefined();
});

test('what is sent and handled is counted and timed, by attributes of few values', async () => {
  using _recorded = recordSpans();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

  producingBatch(plan, [{}, {}], () => {});
  consuming(plan, {}, () => {});
  await expect(consuming(plan, {}, () => Promise.reject(new RangeError('full')))).rejects.toThrow('full');
  await reader.forceFlush();

  const metricsByName = new Map(
    exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
      .map(({ descriptor, dataPoints }) => [descriptor.name, { unit: descriptor.unit, dataPoints }]),
  );
  expect([...metricsByName].map(([name, { unit }]) => `${name} ${unit}`).toSorted()).toEqual([
    'clew.messaging.time_in_queue s',
    'messaging.client.consumed.messages {message}',
    'messaging.client.operation.duration s',
    'messaging.client.sent.messages {message}',
    'messaging.process.duration s',
  ]);
  const common = {
    'messaging.system': 'test',
    'messaging.destination.name': 'orders',
    'server.address': 'broker',
    'server.port': 1,
  };
  expect(metricsByName.get('messaging.client.sent.messages')?.dataPoints).toMatchObject([
    { value: 2, attributes: { ...common, 'messaging.operation.name': 'send' } },
  ]);
  const consumed = metricsByName.get('messaging.client.consumed.messages')?.dataPoints;
  expect(consumed?.map(({ attributes }) => attributes['error.type'])).toEqual([undefined, 'RangeError']);
  expect(consumed?.[0]?.attributes).toEqual({ ...common, 'messaging.operation.name': 'process' });
  expect(metricsByName.get('clew.messaging.time_in_queue')?.dataPoints[0]?.value).toMatchObject({ count: 1 });
});
