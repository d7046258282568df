import { expect, test } from 'vitest';

import { logOf, spanId, spanOf, traceId, useApi } from '../../test/api-client.ts';
import type { ErrorAnswer, LogListAnswer, SpanAnswer, TraceAnswer } from './answers.ts';

const api = useApi();
const list = (query = '') => api.get<LogListAnswer>(`/api/logs${query}`);
const texts = ({ logs }: LogListAnswer) => logs.map(({ text }) => text);

function at(time: number, severityNumber = 0, service = 'api') {
  return { timeUnixNano: BigInt(time), severityNumber, resource: { attributes: { 'service.name': service } } };
}

test('log lines are listed over all traces, the newest first', async () => {
  api.viewer.store.addLogs([
    logOf(1, 'second', at(20)),
    logOf(2, 'third', { ...at(0, 9), observedTimeUnixNano: 30n }),
    logOf(1, 'first', at(10)),
  ]);

  const answer = await list();

  expect(answer).toMatchObject({
    api: 1,
    logs: [
      { text: 'third', timeUnixNano: '30', level: 'INFO', traceId: traceId(2), spanId: '', service: 'api' },
      { text: 'second' },
      { text: 'first', level: '' },
    ],
  });
  expect(answer).not.toHaveProperty('next');
});

test.each([
  [`trace=${traceId(2)}`, ['four', 'two']],
  [`trace=${traceId(7)}`, []],
  ['service=mail*', ['three']],
  ['level=warn', ['four', 'three']],
  ['level=DEBUG', ['four', 'three', 'two']],
  ['q=t', ['three', 'two']],
  ['q=-t+service:api', ['four', 'one']],
  ['q=error', ['four']],
])('%s finds %j', async (query, found) => {
  api.viewer.store.addLogs([
    logOf(1, 'one', at(1, 1)),
    logOf(2, 'two', at(2, 5)),
    logOf(3, 'three', at(3, 13, 'mailer')),
    logOf(2, 'four', at(4, 17)),
  ]);

  expect(texts(await list(`?${query}`))).toEqual(found);
});

test('a line that names no service is of the service of its span', async () => {
  api.viewer.store.addSpans([spanOf(1, 'charge', { id: 5, service: 'payments' })]);
  api.viewer.store.addLogs([
    logOf(1, 'card declined', { spanId: spanId(5) }),
    logOf(1, 'of no span'),
    logOf(1, 'of a span that is not here', { spanId: spanId(6) }),
    logOf(1, 'of its own', { ...at(1), spanId: spanId(5) }),
  ]);

  expect(texts(await list('?q=service:payments'))).toEqual(['card declined']);
  const { logs } = await list();
  expect(Object.fromEntries(logs.map(({ text, service }) => [text, service]))).toEqual({
    'card declined': 'payments',
    'of no span': 'unknown_service',
    'of a span that is not here': 'unknown_service',
    'of its own': 'api',
  });
  const { logs: ofTrace } = await api.get<TraceAnswer>(`/api/traces/${traceId(1)}`);
  expect(ofTrace.find(({ text }) => text === 'card declined')?.service).toBe('payments');
  const { span } = await api.get<SpanAnswer>(`/api/spans/${traceId(1)}/${spanId(5)}`);
  expect(span.logs.map(({ service }) => service)).toEqual(['payments', 'api']);
});

test('a long list comes in pages, each line once, whatever comes meanwhile', async () => {
  for (let i = 1; i <= 30; i++) api.viewer.store.addLogs([logOf(i % 4, `line ${i}`, at(Math.floor(i / 3)))]);

  const seen: string[] = [];
  let next: string | undefined = '';
  for (let page = 0; next !== undefined; page++) {
    const answer: LogListAnswer = await list(`?limit=7${next && `&cursor=${next}`}`);
    seen.push(...texts(answer));
    next = answer.next;
    api.viewer.store.addLogs([logOf(1, `late ${page}`, at(1000))]);
  }

  const all = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`);
  expect(seen.toSorted()).toEqual(all.toSorted());
  const times = seen.map((text) => Math.floor(Number(text.slice(5)) / 3));
  expect(times).toEqual(times.toSorted((a, b) => b - a));
});

test('of many log lines the newest are found, in whatever order they came', async () => {
  const order = Array.from({ length: 2000 }, (_, i) => (i * 7919) % 2000);
  api.viewer.store.addLogs(order.map((time) => logOf(time % 10, `${time}`, at(time + 1))));

  expect(texts(await list('?limit=500'))).toEqual(Array.from({ length: 500 }, (_, i) => `${1999 - i}`));
});

test.each([
  ['level=loud', 'level: expected trace, debug, info, warn, error, fatal, got "loud"'],
  ['level=constructor', 'level: expected'],
  ['cursor=1-2', 'cursor: expected the `next` of an earlier answer'],
  ['limit=0', 'limit: expected'],
  ['name=x', 'unknown parameter "name"'],
])('%s is refused with what is wrong', async (query, problem) => {
  const answer = await api.get<ErrorAnswer>(`/api/logs?${query}`, 400);

  expect(answer.error).toContain(problem);
});
