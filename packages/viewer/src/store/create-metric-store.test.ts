import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Attributes } from '../attribute-value.ts';
import type { MetricPoint, MetricRecord } from '../metric-record.ts';
import { createMetricStore } from './create-metric-store.ts';

test('of each series the last value is kept, whatever the order of its attributes', () => {
  const store = createMetricStore();

  store.add([metric('orders', { value: 1, attributes: { a: 1, b: 2 } }), metric('orders', { value: 2 })]);
  store.add([metric('orders', { value: 3, attributes: { b: 2, a: 1 }, timeUnixNano: 7n })]);

  expect(store.snapshot()).toMatchObject({
    metrics: [
      { service: 'shop', name: 'orders', type: 'sum', value: 3, attributes: { a: 1, b: 2 }, timeUnixNano: 7n },
      { service: 'shop', name: 'orders', type: 'sum', value: 2, attributes: {} },
    ],
    omitted: 0,
  });
  expect(store.stats()).toEqual({ points: 3, series: 2, omitted: 0 });
});

test.each<[string, Attributes, Attributes]>([
  ['a number and a text', { a: 1 }, { a: '1' }],
  ['a number and a long integer', { a: 2 ** 53 }, { a: 2n ** 53n }],
  ['no number and no value', { a: Number.NaN }, { a: null }],
  ['bytes and a text', { a: Uint8Array.of(1) }, { a: 'AQ==' }],
  ['a list and a text', { a: ['b'] }, { a: '["b"]' }],
  ['a long integer and an object', { a: 2n ** 60n }, { a: { integer: String(2n ** 60n) } }],
  ['two keys and one', { a: 1, b: 2 }, { 'a,1,b': 2 }],
])('%s make two series', (_what, first, second) => {
  const store = createMetricStore();

  store.add([metric('m', { attributes: first }), metric('m', { attributes: second })]);

  expect(store.stats().series).toBe(2);
});

test('services and names make series of their own', () => {
  const store = createMetricStore();

  store.add([metric('a', {}), metric('b', {}), metric('a', {}, 'other')]);

  expect(store.snapshot().metrics.map(({ service, name }) => `${service} ${name}`)).toEqual([
    'shop a',
    'shop b',
    'other a',
  ]);
});

test('a point that says there is no value is counted and does not take the place of a value', () => {
  const store = createMetricStore();

  store.add([metric('m', { value: 5 }), metric('m', { value: 0, flags: 1 }), { ...metric('n', {}), type: undefined }]);

  expect(store.snapshot().metrics).toMatchObject([{ name: 'm', value: 5 }]);
  expect(store.stats().points).toBe(3);
});

test('series beyond the bound are counted once each, and those that are kept go on', () => {
  const store = createMetricStore({ maxSeries: 2 });

  for (let round = 1; round <= 3; round++) {
    for (const name of ['a', 'b', 'c', 'd']) store.add([metric(name, { value: round })]);
  }

  expect(store.snapshot()).toMatchObject({
    metrics: [
      { name: 'a', value: 3 },
      { name: 'b', value: 3 },
    ],
    omitted: 2,
  });
});

test('a service with many series leaves room for the others', () => {
  const store = createMetricStore();
  for (let i = 0; i < 5000; i++) store.add([metric(`m${i}`, {}, 'noisy')]);

  store.add([metric('m', {}, 'quiet')]);

  const ofNoisy = store.snapshot().metrics.filter(({ service }) => service === 'noisy');
  expect(ofNoisy).toHaveLength(500);
  expect(store.snapshot().metrics.at(-1)).toMatchObject({ service: 'quiet' });
  expect(store.stats()).toEqual({ points: 5001, series: 501, omitted: 4500 });
});

test.each<[string, (text: string) => MetricRecord]>([
  ['name', (text) => metric(text, {})],
  ['description', (text) => ({ ...metric(text.slice(0, 9), {}), description: text })],
  ['unit', (text) => ({ ...metric(text.slice(0, 9), {}), unit: text })],
  ['service', (text) => metric('m', {}, text)],
  ['value of an attribute', (text) => metric('m', { attributes: { text } })],
  ['key of an attribute', (text) => metric('m', { attributes: { [text]: 1 } })],
])('bytes are bounded as well: the %s counts', (_what, metricOf) => {
  const store = createMetricStore({ maxBytes: 1_000_000 });

  for (let i = 0; i < 30; i++) store.add([metricOf(`${i}`.padEnd(100_000, '.'))]);

  expect(store.stats().series).toBeLessThan(10);
  expect(store.stats().series).toBeGreaterThan(1);
  expect(store.stats().omitted).toBe(30 - store.stats().series);
});

test('whatever comes, the bounds hold and nothing is lost uncounted', () => {
  const point = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    service: fc.constantFrom('x', 'y'),
    sku: fc.nat(3),
  });

  fc.assert(
    fc.property(fc.array(point, { maxLength: 100 }), fc.nat(20), (sequence, maxSeries) => {
      const store = createMetricStore({ maxSeries });
      const all = new Set(sequence.map(({ name, service, sku }) => `${name} ${service} ${sku}`));
      for (const { name, service, sku } of sequence) store.add([metric(name, { attributes: { sku } }, service)]);

      expect(store.stats().series).toBe(Math.min(all.size, maxSeries));
      expect(store.stats().series + store.stats().omitted).toBe(all.size);
      expect(store.stats().points).toBe(sequence.length);
      store.clear();
      expect(store.snapshot()).toEqual({ metrics: [], omitted: 0 });
    }),
  );
});

function metric(name: string, point: Partial<MetricPoint>, service = 'shop'): MetricRecord {
  const whole = { attributes: {}, timeUnixNano: 0n, flags: 0, value: 0, ...point };
  return {
    name,
    description: '',
    unit: '',
    type: 'sum',
    points: [whole],
    resource: { attributes: { 'service.name': service } },
    scope: { name: '', version: '' },
  };
}
