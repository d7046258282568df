import { expect, test } from 'vitest';

import { startViewer } from '../start-viewer.ts';
import type { MetricListAnswer, StatsAnswer } from './answers.ts';

test('the last value of each series is listed, and what JSON cannot say is left out', async () => {
  await using viewer = await startViewer({ port: 0 });
  const gauge = (name: string, points: readonly object[]) => ({ name, unit: 'By', gauge: { dataPoints: points } });
  const metrics = [
    gauge('heap', [
      { timeUnixNano: '1', asInt: '7', attributes: [{ key: 'space', value: { stringValue: 'old' } }] },
      { timeUnixNano: '2', asInt: '9', attributes: [{ key: 'space', value: { stringValue: 'old' } }] },
    ]),
    gauge('odd', [{ timeUnixNano: '3', asDouble: 'NaN' }]),
  ];
  await fetch(`${viewer.url}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }),
  });

  const answer = (await (await fetch(`${viewer.url}/api/metrics`)).json()) as MetricListAnswer;
  const stats = (await (await fetch(`${viewer.url}/api/stats`)).json()) as StatsAnswer;

  const series = { service: 'unknown_service', unit: 'By', description: '', type: 'gauge' };
  expect(answer).toEqual({
    api: 1,
    metrics: [
      { ...series, name: 'heap', attributes: [['space', 'old']], timeUnixNano: '2', value: 9 },
      { ...series, name: 'odd', attributes: [], timeUnixNano: '3' },
    ],
    omitted: 0,
  });
  expect(stats.metrics).toBe(2);
});
