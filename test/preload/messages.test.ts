import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SENDERS = ['b7ad6b7169203331', '2222222222222222'] as const;

// Handles messages of a queue of its own, alone and two at a time, and packs the context of its work for another.
const APP = `
  const { consuming, consumingBatch, pack, textMap } = queues;
  const messages = ${JSON.stringify(SENDERS)}.map((sender) => ({
    traceparent: '00-${TRACE_ID}-' + sender + '-01',
    baggage: 'tenant=t1',
  }));
  const tenant = () => api.propagation.getActiveBaggage()?.getEntry('tenant')?.value ?? 'none';
  const plan = { destination: { system: 'own', name: process.env.QUEUE }, carrier: textMap };
  const told = {
    alone: consuming(plan, messages[0], tenant),
    batch: consumingBatch(plan, messages, ({ each }) => messages.map((message) => each(message, tenant))),
    packed: spans.span('work', () => Object.keys(pack({ system: 'own', destination: process.env.QUEUE })).toSorted()),
  };
  console.log(JSON.stringify(told));`;
const FILES = {
  'app.mjs': `
    import * as api from '@opentelemetry/api';
    import * as queues from '@clew/queues';
    import * as spans from '@clew/spans';
    ${APP}`,
  'app.cjs': `
    const api = require('@opentelemetry/api');
    const queues = require('@clew/queues');
    const spans = require('@clew/spans');
    ${APP}`,
};

test.each(Object.keys(FILES))(
  '%s: a sender that is trusted is continued, and whoever is told gets everything',
  async (file) => {
    const { told, alone, batch } = await run(file, {});

    expect(told).toEqual({ alone: 't1', batch: ['t1', 't1'], packed: ['clew-sent-at', 'traceparent'] });
    expect([alone?.traceId, alone?.parentSpanId]).toEqual([TRACE_ID, SENDERS[0]]);
    expect(batch?.links.map(({ spanId }) => spanId)).toEqual([...SENDERS]);
  },
);

test.each(Object.keys(FILES))('%s: a sender that is not trusted is linked once, without its baggage', async (file) => {
  const { told, alone, batch, each } = await run(file, { CLEW_TRUST: 'none' });

  expect(told).toMatchObject({ alone: 'none', batch: ['none', 'none'] });
  expect(alone?.traceId).not.toBe(TRACE_ID);
  expect(alone?.parentSpanId).toBeUndefined();
  expect(alone?.links.map(({ spanId }) => spanId)).toEqual([SENDERS[0]]);
  expect(batch?.links.map(({ spanId }) => spanId)).toEqual([...SENDERS]);
  expect(each.map(({ links }) => links.map(({ spanId }) => spanId))).toEqual([[SENDERS[0]], [SENDERS[1]]]);
});

test('a function of the options decides which queue is trusted, and which is told', async () => {
  const config = `export default {
    trust: (incoming) => incoming.kind === 'message' && incoming.system === 'own' && incoming.destination === 'inside',
    propagate: { messages: (target) => (target.destination === 'inside' ? 'trace' : 'none') },
  };`;

  const inside = await run('app.mjs', { QUEUE: 'inside' }, config);
  const outside = await run('app.mjs', { QUEUE: 'outside' }, config);

  expect([inside.told.alone, outside.told.alone]).toEqual(['t1', 'none']);
  expect([inside.told.packed, outside.told.packed]).toEqual([['clew-sent-at', 'traceparent'], []]);
});

interface Told {
  readonly alone: string;
  readonly batch: readonly string[];
  readonly packed: readonly string[];
}

async function run(file: string, env: NodeJS.ProcessEnv, config?: string) {
  using folder = fixture({ ...FILES, ...(config !== undefined && { 'clew.config.mjs': config }) });
  await using app = await runApp({ args: [file], cwd: folder.path, env: { QUEUE: 'orders', ...env } });
  await app.exited;
  expect(app.stderr).toBe('');
  const messages = await app.waitForSpans(({ name }) => name.startsWith('process '), { count: 4 });
  const batch = messages.find(({ attributes }) => attributes['messaging.batch.message_count'] === 2);
  const each = messages.filter(({ parentSpanId }) => parentSpanId === batch?.spanId);
  const alone = messages.find((span) => span !== batch && !each.includes(span));
  return { told: JSON.parse(app.stdout) as Told, alone, batch, each };
}
