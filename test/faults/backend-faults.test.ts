import { setTimeout } from 'node:timers/promises';

import { describe, test } from 'vitest';

import { CONDUCTS, type Conduct } from './backend/conduct.ts';
import { startFaultyBackend, type FaultyBackend } from './backend/start-faulty-backend.ts';
import { droppedIn } from './read-report.ts';
import { runAgainst, type Run } from './run-against.ts';
import { runChild } from './run-child.ts';
import { toldDrops } from './told-drops.ts';

// A dead backend may delay the exit by 3 s. Machines that run these tests may be busy.
const DEAD_MILLIS = 5000;

const MADE = 100;
const TIMEOUT_MILLIS = 25_000;
const NATURAL_END = { preload: 'clew', script: 'natural-end.mjs', timeoutMillis: TIMEOUT_MILLIS } as const;

/** An app that makes its spans and lives on until the backend has got as far as told. */
async function runUntil(
  conduct: Conduct,
  until: (backend: FaultyBackend) => Promise<void>,
  env: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const protocol = env['OTEL_EXPORTER_OTLP_PROTOCOL'] === 'grpc' ? 'grpc' : 'http';
  await using backend = await startFaultyBackend(conduct, { protocol });
  const outcome = await runChild({
    preload: 'clew',
    endpoint: backend.url,
    script: 'waits-for-signal.mjs',
    signal: 'SIGTERM',
    signalAfter: until(backend),
    env: { ...SENDS_SOON, ...env },
    timeoutMillis: TIMEOUT_MILLIS,
  });
  return { ...outcome, account: await backend.account() };
}

const SENDS_SOON = { OTEL_BSP_SCHEDULE_DELAY: '200' };

const allReceived = (backend: FaultyBackend) => backend.until(MADE, 'spans');

/**
 * Where the spans are: in the SDK's own account, taken by the app's last handler, and when the process is gone, after what
 * it sent and said last.
 */
function balance({ status, account, stderr }: Run) {
  const { recorded, sent = Number.NaN, queued = Number.NaN } = status?.traces ?? {};
  return {
    recorded,
    sentQueuedOrDropped: sent + queued + droppedIn(status?.traces),
    receivedOrTold: account.spans.received + toldDrops(stderr),
    duplicates: account.spans.duplicates,
  };
}

const balanced = (made: number) => ({ recorded: made, sentQueuedOrDropped: made, receivedOrTold: made, duplicates: 0 });

describe.concurrent('a fault that passes costs nothing', () => {
  test.for(['503 × 3, then ok', '429 × 3, then ok', 'reset × 3, then ok'] as const)('%s', async (title, { expect }) => {
    const { account, stderr } = await runUntil(CONDUCTS[title], allReceived);

    expect(account.requests).toBeGreaterThan(3);
    expect(account.spans).toEqual({ received: MADE, acknowledged: MADE, duplicates: 0 });
    expect(stderr.filter((line) => !line.startsWith('clew: '))).toEqual([]);
    expect(stderr.length).toBeLessThanOrEqual(2); // that it fails, and that it works again
  });

  test.for([
    ['UNAVAILABLE × 3', { fault: 503, times: 3 }],
    ['reset × 3', { fault: 'reset', times: 3 }],
  ] as const)('over gRPC: %s', async ([, conduct], { expect }) => {
    const { account } = await runUntil(conduct, allReceived, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });

    expect(account.requests).toBeGreaterThan(3);
    expect(account.spans).toEqual({ received: MADE, acknowledged: MADE, duplicates: 0 });
  });

  test('the attempt at the end does not wait for Retry-After: 60', async ({ expect }) => {
    const { account, exitDelayMillis } = await runUntil(CONDUCTS['one 503, Retry-After 60'], (backend) =>
      backend.until(1, 'settled'),
    );

    expect(account.spans).toEqual({ received: MADE, acknowledged: MADE, duplicates: 0 });
    expect(exitDelayMillis).toBeLessThan(DEAD_MILLIS);
  });

  test('what is in flight when a signal comes is waited for, and not sent again', async ({ expect }) => {
    const { account } = await runUntil({ delayMillis: 500 }, (backend) => backend.until(1, 'requests'));

    expect(account.spans).toEqual({ received: MADE, acknowledged: MADE, duplicates: 0 });
  });

  test.for(['slow 5 s', '64 KiB/s'] as const)('%s', async (title, { expect }) => {
    const { account, stderr } = await runUntil(CONDUCTS[title], allReceived);

    expect(account.spans).toMatchObject({ received: MADE, duplicates: 0 });
    expect(stderr).toEqual([]);
  });

  test('an outage of three seconds', async ({ expect }) => {
    await using backend = await startFaultyBackend();
    const args = ['200', '6'];
    const running = runChild({ preload: 'clew', endpoint: backend.url, script: 'steady.mjs', args, env: SENDS_SOON });

    await backend.until(1, 'spans');
    await backend.become(CONDUCTS.refused);
    await setTimeout(3000);
    await backend.become(CONDUCTS.ok);
    const outcome = { ...(await running), account: await backend.account() };

    expect(outcome.account.spans.received).toBe(1200);
    expect(balance(outcome)).toEqual(balanced(1200));
  });
});

describe.concurrent('a fault that stays is told, counted, and does not hold the end', () => {
  test.for<[keyof typeof CONDUCTS, RegExp]>([
    ['refused', /^clew: .*nothing listens at http.*npx @clew\/cli view/],
    ['black hole', /^clew: .*the process ended/],
    ['503 for ever, Retry-After 1', /^clew: .*answered 503/],
    ['reset mid-body', /^clew: .*ECONNRESET/],
    ['400 Bad Request', /^clew: .*answered 400: this backend answers 400/],
    ['401 Unauthorized', /^clew: .*answered 401.*; check the API key in OTEL_EXPORTER_OTLP_HEADERS/],
    ['redirect 307', /^clew: .*answered 307; redirects are not followed; set the endpoint that it points to/],
  ])('%s', async ([title, told], { expect }) => {
    const outcome = await runAgainst(CONDUCTS[title], NATURAL_END);

    expect(outcome).toMatchObject({ code: 0, signal: null, isKilled: false });
    expect(outcome.exitDelayMillis).toBeLessThan(DEAD_MILLIS);
    expect(outcome.stderr[0]).toMatch(told);
    expect(outcome.stderr.filter((line) => !line.startsWith('clew: '))).toEqual([]);
    expect(outcome.stderr.length).toBeLessThanOrEqual(6);
    expect(outcome.account.strays).toBe(0);
    expect(outcome.account.spans.received).toBe(0);
    expect(balance(outcome)).toEqual(balanced(MADE));
  });

  test('more spans at once than the queue may hold: the oldest', async ({ expect }) => {
    const env = { OTEL_BSP_MAX_QUEUE_SIZE: '1000' };
    const outcome = await runAgainst({}, { ...NATURAL_END, script: 'bursts.mjs', env });

    expect(outcome.account.spansByName).toEqual({ old: 999, newest: 1 });
    expect(outcome.stderr.filter((line) => !/dropped: the outbox is full/.test(line))).toEqual([]);
    expect(balance(outcome)).toEqual(balanced(5000));
  });

  test('spans that the backend rejects beside others', async ({ expect }) => {
    const outcome = await runAgainst(CONDUCTS['partial success (3 rejected)'], NATURAL_END);

    expect(outcome.stderr).toEqual([expect.stringMatching(/^clew: 3 spans were dropped: .*rejected.*: too old/)]);
    expect(balance(outcome)).toEqual(balanced(MADE));
  });
});
