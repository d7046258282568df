import { expect, test } from 'vitest';

import { spanOf, useApi } from '../../test/api-client.ts';
import type { MapAnswer } from './answers.ts';

const api = useApi();

test('the map is that of the traces that are held', async () => {
  const empty = await api.get<MapAnswer>('/api/map');
  api.viewer.store.addSpans([
    spanOf(1, 'POST /orders', { kind: 'server' }),
    spanOf(1, 'charge', { id: 1, parent: 0, kind: 'server', service: 'payments' }),
  ]);
  const held = await api.get<MapAnswer>('/api/map');
  await fetch(`${api.viewer.url}/api/data`, { method: 'DELETE' });

  expect(empty).toEqual({ api: 1, nodes: [], edges: [], omitted: 0 });
  expect(held.edges).toMatchObject([{ from: 'service:orders-api', to: 'service:payments', calls: 1 }]);
  expect(await api.get<MapAnswer>('/api/map')).toEqual(empty);
});

test('a map is that of the traces that match', async () => {
  api.viewer.store.addSpans([
    spanOf(1, 'GET /', { kind: 'server' }),
    spanOf(2, 'POST /orders', { kind: 'server', failed: 'no', service: 'payments' }),
  ]);

  const failed = await api.get<MapAnswer>('/api/map?q=error');
  const named = await api.get<MapAnswer>('/api/map?name=GET+/');

  expect(failed.nodes.map(({ label }) => label)).toEqual(['payments']);
  expect(named.nodes.map(({ label }) => label)).toEqual(['orders-api']);
});

test('a map of many spans is made once for all who ask at once, and leaves time for others', async () => {
  const spans = Array.from({ length: 40_000 }, (_, i) =>
    spanOf(Math.floor(i / 100), 'SELECT', { id: i, kind: 'client', attributes: { 'db.system.name': 'postgresql' } }),
  );
  api.viewer.store.addSpans(spans);
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 1);

  const answers = await Promise.all(Array.from({ length: 5 }, () => api.text('/api/map')));
  clearInterval(counting);

  expect(new Set(answers).size).toBe(1);
  expect((JSON.parse(answers[0]!) as MapAnswer).edges[0]?.calls).toBe(40_000);
  expect(turns).toBeGreaterThan(1);
});
