import { once } from 'node:events';
import { request } from 'node:http';

import { expect, test } from 'vitest';

import { spanOf, traceId, useApi } from '../../test/api-client.ts';
import type { ErrorAnswer, TraceListAnswer, WaitAnswer } from './answers.ts';

const api = useApi();
const wait = (query: string) => api.get<WaitAnswer>(`/api/wait?${query}`);

test('a wait ends when a trace that matches is complete', async () => {
  const waiting = wait('name=GET+/late&timeout=20s');

  api.viewer.store.addSpans([spanOf(1, 'GET /other')]);
  api.viewer.store.addSpans([spanOf(2, 'GET /late', { took: 3 })]);

  expect(await waiting).toMatchObject({
    api: 1,
    traces: [{ traceId: traceId(2), name: 'GET /late', durationNanos: 3e6, complete: true }],
  });
});

test('a wait finds what is complete already, and waits for as many as were asked for', async () => {
  api.viewer.store.addSpans([spanOf(1, 'GET /')]);
  api.viewer.store.settle();

  const one = await wait('name=GET+/');
  const two = wait('name=GET+/&count=2');
  api.viewer.store.addSpans([spanOf(2, 'GET /')]);

  expect(one.traces).toHaveLength(1);
  expect((await two).traces.map(({ traceId }) => traceId)).toEqual([traceId(1), traceId(2)]);
});

test('a wait does not count traces from before a change', async () => {
  api.viewer.store.addSpans([spanOf(1, 'GET /')]);
  api.viewer.store.settle();
  const { traces } = await api.get<TraceListAnswer>('/api/traces');

  const waiting = wait(`since=${traces[0]!.change}`);
  api.viewer.store.addSpans([spanOf(2, 'GET /')]);

  expect((await waiting).traces).toMatchObject([{ traceId: traceId(2) }]);
});

test('a trace that fits only once late spans have come is found then', async () => {
  api.viewer.store.addSpans([spanOf(1, 'GET /')]);
  api.viewer.store.settle();

  const waiting = wait('q=audit');
  api.viewer.store.addSpans([spanOf(1, 'audit', { id: 1, parent: 0 })]);

  expect((await waiting).traces).toMatchObject([{ traceId: traceId(1), spans: 2 }]);
});

test('after its timeout a wait says what came instead', async () => {
  api.viewer.store.addSpans([spanOf(1, 'GET /other')]);

  const answer = await api.get<ErrorAnswer>('/api/wait?name=GET+/&count=2&timeout=30ms', 504);

  expect(answer).toEqual({
    api: 1,
    error: 'after 30 ms: 0 of 2 complete traces matched; received: GET /other (1 spans, not complete)',
  });
});

test('other requests are answered while a wait looks through many traces', async () => {
  const unfinished = Array.from({ length: 30_000 }, (_, i) => spanOf(i + 2, 'GET /part', { id: 1, parent: 0 }));
  api.viewer.store.addSpans([...unfinished, spanOf(1, 'GET /')]);
  await wait('timeout=20s');

  const answered: string[] = [];
  const [slow, quick] = ['wait', 'stats'].map(async (endpoint) => {
    await api.text(`/api/${endpoint}`);
    answered.push(endpoint);
  });
  await Promise.all([slow, quick]);

  expect(answered).toEqual(['stats', 'wait']);
});

test('closing the viewer ends every wait with an answer', async () => {
  const waiting = api.get<ErrorAnswer>('/api/wait', 503);
  await expect.poll(async () => (await api.text('/api/stats')) && true).toBe(true);

  await api.viewer.close();

  expect((await waiting).error).toBe('the viewer was closed');
});

test('waits beyond 100 are refused, and a client that goes away gives its place back', async () => {
  const asked = Array.from({ length: 100 }, () => request(`${api.viewer.url}/api/wait?timeout=10m`).end());
  for (const each of asked) each.on('error', () => undefined);
  const refusal = async () => (await fetch(`${api.viewer.url}/api/wait?timeout=1ms`)).status;
  await expect.poll(refusal).toBe(503);

  for (const each of asked.slice(0, 50)) each.destroy();

  await expect.poll(refusal).toBe(504);
  await api.viewer.close();
  for (const each of asked) if (!each.destroyed) await once(each, 'close');
});

test.each([
  ['timeout=11m', 'timeout: expected at most 10m'],
  ['count=0', 'count: expected a whole number from 1 to 1000'],
  ['limit=1', 'unknown parameter "limit"'],
])('%s is refused with what is wrong', async (query, problem) => {
  expect((await api.get<ErrorAnswer>(`/api/wait?${query}`, 400)).error).toContain(problem);
});
