import { expect, test } from 'vitest';

import { spanId, spanOf, traceId, useApi } from '../../test/api-client.ts';
import type { ErrorListAnswer } from './answers.ts';

const api = useApi();

test('errors are listed where they began, equal ones in one entry, the newest first', async () => {
  const exception = { type: 'Error', message: 'card declined' };
  for (const n of [1, 2, 3]) {
    api.viewer.store.addSpans([
      spanOf(n, 'POST /orders', { took: 90, exception }),
      spanOf(n, 'charge', { id: n, parent: 0, at: n, took: 20, service: 'payments', exception }),
    ]);
  }
  api.viewer.store.addSpans([spanOf(4, 'GET /', { took: 500, failed: 'HTTP 500' }), spanOf(5, 'GET /fine')]);

  const { errors } = await api.get<ErrorListAnswer>('/api/errors');
  const ofPayments = await api.get<ErrorListAnswer>('/api/errors?service=payments');

  expect(errors).toEqual([
    {
      text: 'HTTP 500',
      service: 'orders-api',
      name: 'GET /',
      count: 1,
      traceId: traceId(4),
      spanId: spanId(0),
      timeUnixNano: '1700000000500000000',
    },
    {
      text: 'Error: card declined',
      service: 'payments',
      name: 'charge',
      count: 3,
      traceId: traceId(3),
      spanId: spanId(3),
      timeUnixNano: '1700000000023000000',
    },
  ]);
  expect(ofPayments.errors).toEqual([errors[1]]);
  expect((await api.get<ErrorListAnswer>('/api/errors?q=HTTP+-payments')).errors).toEqual([errors[0]]);
});

test('errors beyond 200 different ones are counted', async () => {
  const spans = Array.from({ length: 230 }, (_, i) => spanOf(1, 'work', { id: i, at: i, failed: `error ${i}` }));
  api.viewer.store.addSpans(spans);

  const answer = await api.get<ErrorListAnswer>('/api/errors');

  expect(answer.errors).toHaveLength(200);
  expect(answer.errors[0]?.text).toBe('error 229');
  expect(answer.omitted).toBe(30);
});

test('errors as text are lines that cannot steer the terminal, with ids that lead to their traces', async () => {
  api.viewer.store.addSpans([
    spanOf(1, 'charge', { id: 1, failed: 'card \u001B[2Jdeclined', service: 'payments' }),
    spanOf(1, 'charge', { id: 2, failed: 'card \u001B[2Jdeclined', service: 'payments' }),
    spanOf(2, 'GET /', { failed: 'x'.repeat(500), at: 10 }),
  ]);

  const lines = (await api.text('/api/errors.txt?columns=100')).split('\n');

  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`^✖ orders-api {2}GET / {2}x+… {2}${traceId(2)}$`)),
    `✖ × 2  payments  charge  card declined  ${traceId(1)}`,
    '',
  ]);
  expect(lines[0]).toHaveLength(100);
});
