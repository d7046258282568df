import { expect, test } from 'vitest';

import { logOf, spanOf, useApi } from '../../test/api-client.ts';
import type { MetricListAnswer, StatsAnswer } from './answers.ts';

const api = useApi({ maxSpans: 1000, maxBytes: 1_000_000 });

test('the statistics say what is here, what was lost and where to send', async () => {
  api.viewer.store.addSpans([spanOf(1, 'GET /'), spanOf(1, 'charge', { id: 1, parent: 0, service: 'payments' })]);
  api.viewer.store.addLogs([logOf(1, 'hello', { resource: { attributes: { 'service.name': 'mailer' } } })]);
  await fetch(`${api.viewer.url}/v1/traces`, { method: 'POST', body: 'x' });

  expect(await api.get<StatsAnswer>('/api/stats')).toEqual({
    api: 1,
    version: expect.stringMatching(/^\d/),
    http: api.viewer.url,
    traces: 1,
    spans: 2,
    bytes: expect.any(Number),
    maxSpans: 1000,
    maxBytes: 1_000_000,
    evictedTraces: 0,
    evictedSpans: 0,
    rejectedSpans: 0,
    untracedLogs: 0,
    metrics: 0,
    requests: 0,
    refused: 1,
    lastError: {
      timeUnixNano: expect.stringMatching(/^\d+$/),
      path: '/v1/traces',
      status: 415,
      problem: expect.stringContaining('OTLP needs the content-type'),
    },
    services: ['orders-api', 'payments', 'mailer'],
  });
});

test('names of services are at most 200', async () => {
  api.viewer.store.addSpans(Array.from({ length: 300 }, (_, i) => spanOf(i, 'GET /', { service: `s${i}` })));

  expect((await api.get<StatsAnswer>('/api/stats')).services).toHaveLength(200);
});

test('everything is forgotten on request, and said how much that was', async () => {
  api.viewer.store.addSpans([spanOf(1, 'GET /'), spanOf(1, 'child', { id: 1, parent: 0 })]);

  const response = await fetch(`${api.viewer.url}/api/data`, { method: 'DELETE' });

  expect(await response.json()).toEqual({ api: 1, cleared: { traces: 1, spans: 2 } });
  expect(await api.get<StatsAnswer>('/api/stats')).toMatchObject({ traces: 0, spans: 0, services: [] });
});

test('there are no metrics before some have come', async () => {
  expect(await api.get<MetricListAnswer>('/api/metrics')).toEqual({ api: 1, metrics: [], omitted: 0 });
});

test('the last value of each series of metrics is listed, as far as JSON can say it', async () => {
  const pair = (key: string, value: object) => ({ key, value });
  const gauge = (...dataPoints: object[]) => ({ name: 'load', unit: '1', description: 'Load', gauge: { dataPoints } });
  const histogram = { name: 'latency', histogram: { dataPoints: [{ count: '2', sum: 0.5, timeUnixNano: '7' }] } };
  const metrics = [
    gauge({ asDouble: 0.5, attributes: [pair('n', { intValue: '9007199254740993' })] }, { asDouble: 'NaN' }),
    histogram,
  ];
  const resource = { attributes: [pair('service.name', { stringValue: 'shop' })] };
  const body = JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] });
  await fetch(`${api.viewer.url}/v1/metrics`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });

  const load = { service: 'shop', name: 'load', unit: '1', description: 'Load', type: 'gauge', timeUnixNano: '0' };
  expect(await api.get<MetricListAnswer>('/api/metrics')).toEqual({
    api: 1,
    metrics: [
      { ...load, attributes: [['n', { $int: '9007199254740993' }]], value: 0.5 },
      { ...load, attributes: [] },
      {
        ...load,
        name: 'latency',
        unit: '',
        description: '',
        type: 'histogram',
        attributes: [],
        timeUnixNano: '7',
        count: 2,
        sum: 0.5,
      },
    ],
    omitted: 0,
  });
  expect(await api.get<StatsAnswer>('/api/stats')).toMatchObject({ metrics: 3 });
});
