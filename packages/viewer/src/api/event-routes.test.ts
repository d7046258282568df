import { once } from 'node:events';
import { request } from 'node:http';

import { expect, test } from 'vitest';

import { spanOf, traceId, useApi } from '../../test/api-client.ts';
import { connectEvents, type ServerEvent } from '../../test/event-source.ts';
import type { ChangedTraces, ErrorAnswer, StatsAnswer, TraceListAnswer } from './answers.ts';

const api = useApi();
const connect = (query = '', lastEventId?: string) =>
  connectEvents(`${api.viewer.url}/api/stream${query}`, lastEventId);
const changed = ({ data }: ServerEvent) => JSON.parse(data) as ChangedTraces;
const idsIn = (event: ServerEvent) => changed(event).traces.map(({ traceId }) => traceId);

test('a stream begins with the statistics and tells traces as they change', async () => {
  using stream = await connect();
  const stats = await stream.next('stats');

  api.viewer.store.addSpans([spanOf(1, 'GET /')]);
  const first = await stream.next('traces');
  api.viewer.store.addSpans([spanOf(1, 'child', { id: 1, parent: 0 })]);
  api.viewer.store.settle();
  const second = await stream.next('traces');

  expect(stream.response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  expect(JSON.parse(stats.data) as StatsAnswer).toMatchObject({ api: 1, traces: 0 });
  expect(changed(first)).toMatchObject({ traces: [{ traceId: traceId(1), name: 'GET /', spans: 1 }], gone: [] });
  expect(changed(second)).toMatchObject({ traces: [{ spans: 2, complete: true }] });
  expect(second.id).toBe(String(changed(second).traces[0]?.change));
});

test('many changes in a moment are few events', async () => {
  using stream = await connect();
  let events = 0;
  const start = performance.now();

  const added = (async () => {
    for (let i = 1; i <= 100; i++) {
      api.viewer.store.addSpans([spanOf(i, 'GET /')]);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const seen = new Set<string>();
  for (; seen.size < 100; events++) for (const id of idsIn(await stream.next('traces'))) seen.add(id);
  await added;

  const elapsed = performance.now() - start;
  expect(events).toBeLessThanOrEqual(Math.ceil(elapsed / 100) + 1);
});

test('who comes back with the id of its last event gets what it has missed', async () => {
  using first = await connect();
  api.viewer.store.addSpans([spanOf(1, 'GET /seen'), spanOf(2, 'GET /grows')]);
  const last = await first.next('traces');
  first.request.destroy();
  api.viewer.store.addSpans([spanOf(3, 'GET /missed'), spanOf(2, 'child', { id: 1, parent: 0 })]);

  using second = await connect('', last.id);

  expect(new Set(idsIn(await second.next('traces')))).toEqual(new Set([traceId(3), traceId(2)]));
});

test('who has the list asks for what changed since', async () => {
  api.viewer.store.addSpans([spanOf(1, 'GET /listed')]);
  const { traces } = await api.get<TraceListAnswer>('/api/traces');
  api.viewer.store.addSpans([spanOf(2, 'GET /new')]);

  using stream = await connect(`?since=${traces[0]!.change}`);

  expect(idsIn(await stream.next('traces'))).toEqual([traceId(2)]);
});

test.each(['7', 'nonsense', '', '9007199254740991'])(
  'an id %j that is of no event of this viewer gets everything anew',
  async (lastEventId) => {
    api.viewer.store.addSpans([spanOf(1, 'GET /')]);

    using stream = await connect('', lastEventId);

    expect((await stream.next('cleared')).data).toBe('');
    expect(idsIn(await stream.next('traces'))).toEqual([traceId(1)]);
  },
);

test('traces beyond 500 come in several events, each once', async () => {
  for (let i = 0; i < 1200; i++) api.viewer.store.addSpans([spanOf(i, 'GET /')]);

  using stream = await connect('?since=0');
  await stream.next('cleared');
  const events = [await stream.next('traces'), await stream.next('traces'), await stream.next('traces')];

  expect(events.map((event) => idsIn(event).length)).toEqual([500, 500, 200]);
  expect(new Set(events.flatMap(idsIn)).size).toBe(1200);
});

test('who asks to forget everything is told so, and what comes then', async () => {
  using stream = await connect();
  api.viewer.store.addSpans([spanOf(1, 'GET /')]);
  await stream.next('traces');

  await fetch(`${api.viewer.url}/api/data`, { method: 'DELETE' });
  await stream.next('cleared');
  api.viewer.store.addSpans([spanOf(2, 'GET /')]);

  expect(changed(await stream.next('traces'))).toMatchObject({ traces: [{ traceId: traceId(2) }], gone: [] });
});

test('a browser that sleeps costs nothing, and gets the last state when it wakes', async () => {
  using sleeper = await connect();
  using awake = await connect();
  const rounds = 30;

  // More than the buffers of a connection take.
  for (let round = 0; round < rounds; round++) {
    const span = { id: round, failed: 'x'.repeat(450) };
    for (let i = 0; i < 500; i++) api.viewer.store.addSpans([spanOf(i, 'y'.repeat(450), span)]);
    await awake.next('traces');
  }
  const { traces } = await api.get<TraceListAnswer>('/api/traces?limit=500');
  const last = Math.max(...traces.map(({ change }) => change));

  const seen = new Map<string, number>();
  let events = 0;
  for (let id = 0; id < last; events++) {
    const event = await sleeper.next('traces');
    id = Number(event.id);
    for (const { traceId, spans } of changed(event).traces) seen.set(traceId, spans);
  }
  expect([...seen.values()]).toEqual(Array.from({ length: 500 }, () => rounds));
  expect(events).toBeLessThan(rounds);
});

test('streams beyond 32 are refused, and a place becomes free when one ends', async () => {
  const streams = await Promise.all(Array.from({ length: 32 }, () => connect()));

  const refused = await api.get<ErrorAnswer>('/api/stream', 503);
  streams[0]?.request.destroy();
  await expect.poll(async () => (await connect()).response.statusCode).toBe(200);

  expect(refused.error).toBe('there are 32 streams already');
  for (const { request } of streams) request.destroy();
});

test('a stream ends when the viewer is closed', async () => {
  using stream = await connect();
  await stream.next('stats');

  const ended = stream.next('never');
  await api.viewer.close();

  await expect(ended).rejects.toThrow('the stream ended');
});

test('HEAD gets the headers of a stream, and its end', async () => {
  const [response] = await once(request(`${api.viewer.url}/api/stream`, { method: 'HEAD' }).end(), 'response');
  response.resume();
  await once(response, 'end');

  expect(response.headers['content-type']).toBe('text/event-stream');
});
