import { expect, test } from 'vitest';

import type { Conduct } from './conduct.ts';
import { startFaultyBackend } from './start-faulty-backend.ts';

/** An export request in JSON with spans of these ids. */
function requestOf(...spanIds: readonly number[]): RequestInit {
  const spans = spanIds.map((id) => ({
    traceId: 'a'.repeat(32),
    spanId: id.toString(16).padStart(16, '0'),
    name: id % 2 === 0 ? 'even' : 'odd',
    attributes: id === 6 ? [{ key: 'clew.incomplete', value: { boolValue: true } }] : [],
  }));
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body, redirect: 'manual' };
}

async function statuses(conduct: Conduct, ...requests: readonly RequestInit[]) {
  await using backend = await startFaultyBackend(conduct);
  const answered: (number | string)[] = [];
  for (const request of requests) {
    const response = await fetch(`${backend.url}/v1/traces`, request).catch(() => undefined);
    answered.push(response?.status ?? 'no answer');
    await response?.text();
  }
  return { answered, account: await backend.account() };
}

test('every span is counted once, and its repetitions apart', async () => {
  const { answered, account } = await statuses({}, requestOf(1, 2, 6), requestOf(2, 3));

  expect(answered).toEqual([200, 200]);
  expect(account.spans).toEqual({ received: 4, acknowledged: 4, duplicates: 1 });
  expect(account.spansByName).toEqual({ odd: 2, even: 2 });
  expect(account.incomplete).toEqual(['even']);
});

test('a status is answered so many times, and nothing of those requests is taken', async () => {
  const { answered, account } = await statuses({ fault: 503, times: 2 }, requestOf(1), requestOf(1), requestOf(1));

  expect(answered).toEqual([503, 503, 200]);
  expect(account.spans).toEqual({ received: 1, acknowledged: 1, duplicates: 0 });
});

test('of a request that is taken in part, the first three spans are not there', async () => {
  const { answered, account } = await statuses({ fault: 'reject', times: 1 }, requestOf(1, 2, 3, 4), requestOf(5));

  expect(answered).toEqual([200, 200]);
  expect(account.spans.received).toBe(2);
});

test('a connection that is reset gives no answer', async () => {
  const { answered, account } = await statuses({ fault: 'reset', times: 1 }, requestOf(1), requestOf(2));

  expect(answered).toEqual(['no answer', 200]);
  expect(account).toMatchObject({ requests: 2, spans: { received: 1 } });
});

test('who follows a redirect is seen', async () => {
  await using backend = await startFaultyBackend({ fault: 'redirect' });

  const response = await fetch(`${backend.url}/v1/traces`, requestOf(1));
  const before = await backend.account();
  await fetch(response.headers.get('location')!, requestOf(1));
  const after = await backend.account();

  expect(response.status).toBe(307);
  expect([before.strays, after.strays]).toEqual([0, 1]);
});

test('a closed port is the same one when it is opened again', async () => {
  await using backend = await startFaultyBackend({ fault: 'refuse' });
  const post = () => fetch(`${backend.url}/v1/traces`, requestOf(1)).then(({ status }) => status);

  await expect(post()).rejects.toThrow('fetch failed');
  await backend.become({});
  await expect(post()).resolves.toBe(200);
  await backend.become({ fault: 'refuse' });
  await expect(post()).rejects.toThrow('fetch failed');
});

test('one can wait for what arrives', async () => {
  await using backend = await startFaultyBackend();
  const arrived = Promise.all([backend.until(2, 'settled'), backend.until(3, 'spans')]);

  await fetch(`${backend.url}/v1/traces`, requestOf(1, 2));
  await fetch(`${backend.url}/v1/traces`, requestOf(3));

  await expect(arrived).resolves.toBeDefined();
});
