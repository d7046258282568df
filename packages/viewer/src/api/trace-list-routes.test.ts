import { expect, test } from 'vitest';

import { logOf, spanOf, traceId, useApi } from '../../test/api-client.ts';
import type { ErrorAnswer, TraceListAnswer } from './answers.ts';

const api = useApi();
const list = (query = '') => api.get<TraceListAnswer>(`/api/traces${query}`);
const numbers = ({ traces }: TraceListAnswer) => traces.map(({ traceId }) => Number.parseInt(traceId.slice(-4), 16));

test('an empty viewer lists no traces', async () => {
  expect(await list()).toEqual({ api: 1, traces: [], held: 0 });
});

test('traces are listed with their summaries, the newest first', async () => {
  api.viewer.store.addSpans([spanOf(1, 'GET /first'), spanOf(2, 'GET /second', { failed: 'no', took: 84 })]);
  api.viewer.store.addLogs([logOf(2, 'hello')]);

  const answer = await list();

  expect(answer).toMatchObject({ api: 1, held: 2 });
  expect(answer.traces).toMatchObject([
    { traceId: traceId(2), name: 'GET /second', errors: 1, error: 'no', logs: 1, durationNanos: 84e6, complete: false },
    { traceId: traceId(1), name: 'GET /first', service: 'orders-api', errors: 0, spans: 1 },
  ]);
});

test('a trace grows in the list', async () => {
  api.viewer.store.addSpans([spanOf(1, 'GET /')]);
  const before = await list();

  api.viewer.store.addSpans([spanOf(1, 'child', { id: 1, parent: 0 })]);
  api.viewer.store.settle();

  const after = await list(`?since=${before.traces[0]!.change}`);
  expect(after.traces).toMatchObject([{ spans: 2, complete: true }]);
  expect(numbers(await list(`?since=${after.traces[0]!.change}`))).toEqual([]);
});

test.each([
  ['service=payments', [2]],
  ['service=PAY*', [2]],
  ['name=GET+/first', [1]],
  ['name=charge', [2]],
  ['route=/second/:id', [2]],
  ['error=1', [2]],
  ['error=0', [3, 1]],
  ['min=50ms', [3]],
  ['max=50ms', [2, 1]],
  ['min=5ms&max=1s', [3, 2]],
  ['attr.retries=3', [2]],
  ['attr.app.tag=Gift', [1]],
  ['attr.app.tag=gift', []],
  ['q=declined', [2]],
  ['q=%22card+declined%22+service:payments', [2]],
  ['q=-error+duration%3E50ms', [3]],
  ['service=payments&error=0', []],
  ['', [3, 2, 1]],
])('%s finds the traces %j', async (query, found) => {
  api.viewer.store.addSpans([
    spanOf(1, 'GET /first', { took: 1, attributes: { 'app.tag': 'Gift' } }),
    spanOf(2, 'GET /second', { took: 30, kind: 'server', attributes: { 'http.route': '/second/:id' } }),
    spanOf(2, 'charge', { id: 1, parent: 0, service: 'payments', attributes: { retries: 3 }, failed: 'card declined' }),
    spanOf(3, 'GET /third', { took: 100 }),
  ]);

  expect(numbers(await list(`?${query}`))).toEqual(found);
});

test('a long list comes in pages, none of which repeats what another had', async () => {
  for (let i = 1; i <= 25; i++) api.viewer.store.addSpans([spanOf(i, i % 2 === 0 ? 'even' : 'odd')]);

  const first = await list('?limit=5&name=odd');
  api.viewer.store.addSpans([spanOf(26, 'odd'), spanOf(27, 'odd')]);
  const second = await list(`?limit=5&name=odd&cursor=${first.next}`);
  const third = await list(`?limit=5&name=odd&cursor=${second.next}`);

  expect([first, second, third].map(numbers)).toEqual([
    [25, 23, 21, 19, 17],
    [15, 13, 11, 9, 7],
    [5, 3, 1],
  ]);
  expect(third).not.toHaveProperty('next');
});

test('the list as text has the line that the terminal has', async () => {
  api.viewer.store.addSpans([
    spanOf(1, 'GET /first', { took: 2 }),
    spanOf(2, 'GET /\u001B[31msecond', { failed: 'no' }),
  ]);

  const text = await api.text('/api/traces.txt?columns=80');
  const page = await api.text('/api/traces.txt?limit=1');

  expect(text.split('\n')).toEqual([
    expect.stringMatching(/^✖ GET \/second .* 1 span {2}orders-api .* a0000000$/),
    expect.stringMatching(/^● GET \/first .* 2\.0ms .* a0000000$/),
    '',
  ]);
  expect(text).not.toContain('\u001B');
  expect(page).toMatch(/… older ones: cursor=\d+\n$/);
});

test.each([
  ['min=fast', 'min: expected a duration like 50ms, got "fast"'],
  ['min=1ms&min=2ms', 'min: expected a duration like 50ms, got several'],
  ['error=yes', 'error: expected 1 or 0, got "yes"'],
  ['error=constructor', 'error: expected 1 or 0'],
  ['limit=501', 'limit: expected a whole number from 1 to 500, got "501"'],
  ['limit=-1', 'limit: expected'],
  ['cursor=x', 'cursor: expected'],
  ['since=1e3', 'since: expected'],
  ['serivce=payments', 'unknown parameter "serivce"; expected: service, name'],
  ['attr.=x', 'unknown parameter "attr."'],
  ['name=%', 'the query has a % that begins no escape'],
  ['name=%ff', 'the query has a % that begins no escape'],
  [`q=${'x'.repeat(1001)}`, 'q: expected at most 1,000 characters and 30 terms'],
  [`q=${'x+'.repeat(31)}`, 'q: expected at most 1,000 characters and 30 terms'],
  ['name=x&'.repeat(51), 'more than 50 parameters'],
])('%s is refused with what is wrong', async (query, problem) => {
  const answer = await api.get<ErrorAnswer>(`/api/traces?${query}`, 400);

  expect(answer).toEqual({ api: 1, error: expect.stringContaining(problem) });
});
