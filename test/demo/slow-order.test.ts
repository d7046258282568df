import { durationNanos, firstLocalRoot, startViewer, type Trace } from '@clew/viewer';
import { expect, test } from 'vitest';

import { runProgram } from './run-program.ts';
import { traceTree } from './trace-tree.ts';

const SLOW_ORDER = {
  customer: 'ada',
  country: 'IT',
  card: '4242 4242 4242 4242',
  lines: [{ sku: 'thread', quantity: 2 }],
};
const SECOND = 1_000_000_000n;

test('a slow order is one tree through gateway, orders, database, tax, payments, queue and worker', async () => {
  await using viewer = await startViewer({ port: 0 });
  await using shop = runProgram('checkout', ['shop.ts'], {
    NODE_OPTIONS: `--import ${import.meta.resolve('@clew/sdk/register')}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: viewer.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
  const url = (await shop.line(/^the shop is open at/)).split(' ').at(-1);

  const answer = await fetch(`${url}/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(SLOW_ORDER),
  });
  const trace = await viewer.waitForTrace(endsInWorker, { timeoutMillis: 15_000 });

  expect(answer.status).toBe(201);
  expect(traceTree(trace)).toBe(
    `
POST /checkout (gateway)
  POST (gateway)
    POST /orders (orders)
      pg.query:SELECT shop (orders)
      GET (orders)
        GET (tax)
      POST (orders)
        POST (payments)
          charge card (payments)
      pg.query:BEGIN shop (orders)
      pg.query:INSERT shop (orders)
      pg.query:INSERT shop (orders)
      pg.query:WITH shop (orders)
      pg.query:COMMIT shop (orders)
      process confirmation-mail (worker)
        pg.query:UPDATE shop (worker)`.trimStart(),
  );
  expect(durationNanos(firstLocalRoot(trace)!)).toBeGreaterThan((SECOND * 18n) / 10n);
  expect(viewer.store.traces()).toHaveLength(1); // neither the start of the shop nor the polling of the queue is a trace

  const logLines = shop.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
  const afterOpening = logLines.filter(({ msg }) => !msg.startsWith('Server listening'));
  expect(afterOpening.map(({ name, msg }) => `${name}: ${msg}`).toSorted()).toEqual([
    'gateway: incoming request',
    'gateway: request completed',
    'orders: order placed',
    'orders: tax rate fetched',
    'payments: card charged',
    'tax: rate looked up',
    'worker: confirmation mail sent',
  ]);
  expect(new Set(afterOpening.map(({ trace_id }) => trace_id))).toEqual(new Set([trace.traceId]));
}, 60_000);

interface LogLine {
  readonly name: string;
  readonly msg: string;
  readonly trace_id?: string;
}

function endsInWorker(trace: Trace): boolean {
  return trace.spans.some(({ name }) => name === 'process confirmation-mail');
}
