import { createPolicyEngine, createTraceTable, type EndedSpan } from '@clew/sampling/internal';
import { readPolicy } from '@clew/sampling/policy';
import { SpanKind } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { scopeFor } from '../../test/stored-items.ts';
import { adoptItems } from '../outbox/queue/adopt-items.ts';
import { createArena } from '../outbox/queue/arena.ts';
import { createBlockStore } from '../outbox/queue/block-store.ts';
import { createHeldBytes } from './held-bytes.ts';

const WORKER = { threadId: 3, queue: 0 };
const MAIN_THREAD = 0;
const TRACE = '0af7651916cd43dd84ffffffffffffff';
const BYTES = Buffer.from('a span');

const span = (spanId: string): EndedSpan => ({
  traceId: TRACE,
  spanId,
  parentSpanId: 'f000000000000000',
  isParentRemote: false,
  traceFlags: 0,
  traceState: '',
  name: 'SELECT',
  kind: SpanKind.INTERNAL,
  durationMillis: 0,
  attribute: () => undefined,
  status: { code: 2 },
  resource: { attributes: {} },
});

test('a span that ends while the thread that exits takes over meets no limit, and nothing is lost for one', () => {
  const arena = createArena(2 ** 20);
  const store = createBlockStore(arena, WORKER);
  const told: string[] = [];
  const { policy } = readPolicy({
    version: 1,
    rules: [{ name: 'errors', match: { error: true }, ratio: 1 }],
    base: { ratio: 0 },
  });
  if (policy === undefined) throw new Error('the policy has problems');
  const out = {
    enqueue: () => void told.push('sent'),
    lose: (count: number, reason: string) => void told.push(`lost ${count}: ${reason}`),
    recordForeign() {},
    enqueueForeign() {},
  };
  const sink = createHeldBytes(store, out, (bytes) => Buffer.from(bytes), arena.maxBytes);
  const table = createTraceTable({
    engine: createPolicyEngine(policy, { resource: {}, now: () => 0 }),
    sink,
    now: () => 0,
    openSpanIds: () => new Set<string>(),
    onLimit: (limit) => void told.push(limit),
  });
  const take = (spanId: string) => sink.taking(span(spanId), scopeFor(0), BYTES, BYTES.length, table.take);
  table.rootStarted({ traceId: TRACE, traceFlags: 0, traceState: '', parentFlags: undefined });
  take('1000000000000000');

  const adopted = [...adoptItems(arena, MAIN_THREAD, (thread) => thread === WORKER.threadId)];
  take('2000000000000000');
  table.decideAll();

  expect(adopted).toHaveLength(1);
  expect(told).toEqual([]);
});
