import { expect, test } from 'vitest';

import type { MetricSeries } from '../../src/api/answers.ts';
import { formatMetric } from './format-metric.ts';

const series = (facts: Partial<MetricSeries>): MetricSeries => ({
  service: '',
  name: '',
  unit: '',
  description: '',
  type: 'gauge',
  attributes: [],
  timeUnixNano: '0',
  ...facts,
});

test.each<[Partial<MetricSeries>, string]>([
  [{ value: 12 }, '12'],
  [{ value: 0.34444 }, '0.344'],
  [{ value: 1234.5, unit: '{request}' }, '1,235'],
  [{ value: 13_107_200, unit: 'By' }, '12.5 MiB'],
  [{ value: 0, unit: 'By' }, '0 B'],
  [{ value: 0.0082, unit: 's' }, '8.2 ms'],
  [{ value: 42, unit: 'us' }, '42 µs'],
  [{ value: 5, unit: 'km' }, '5 km'],
  [{ count: 1204, sum: 9.8728, unit: 's' }, '1,204 × 8.2 ms'],
  [{ count: 0, sum: 0, unit: 's' }, '0 ×'],
  [{}, '?'],
])('%j is %s', (facts, text) => {
  expect(formatMetric(series(facts))).toBe(text);
});
