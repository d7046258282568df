import { runApp } from '@clew/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startPostgres } from '../services/postgres.ts';
import type { Service } from '../services/service.ts';
import { fixture } from '../support/fixture.ts';
import { NOTES_QUEUES } from './notes-queues.ts';

const IMPORTS = {
  'app.mjs': `
import { PgBoss } from 'pg-boss';
import { trace } from '@opentelemetry/api';`,
  'app.cjs': `
const { PgBoss } = require('pg-boss');
const { trace } = require('@opentelemetry/api');`,
};

const PROGRAM = `
(async () => {
  const tracer = trace.getTracer('app');
  const inSpan = (name, work) => tracer.startActiveSpan(name, async (span) => {
    try { return await work(); } finally { span.end(); }
  });
  const boss = new PgBoss({ connectionString: process.env.POSTGRES_URL, schema: process.env.SCHEMA });
  await boss.start();
  await boss.createQueue('mail');
  let handled;
  const done = new Promise((resolve) => { handled = resolve; });
  // The job is to wait: there are polls that find nothing.
  await boss.work('mail', { pollingIntervalSeconds: 0.5 }, async ([job]) => {
    await null;
    await inSpan('deliver', async () => {});
    console.log(JSON.stringify(job.data));
    handled();
  });
  await inSpan('checkout', () => boss.send('mail', { order: 7 }, { startAfter: 1 }));
  await done;
  await boss.stop();
})();
`;

const BATCHES = `
import { handleJob } from '@clew/queues/pg-boss';
import { trace } from '@opentelemetry/api';
import { PgBoss } from 'pg-boss';
const tracer = trace.getTracer('app');
const boss = new PgBoss({ connectionString: process.env.POSTGRES_URL, schema: process.env.SCHEMA });
await boss.start();
await boss.createQueue('mail');
await tracer.startActiveSpan('checkout', async (span) => {
  await boss.insert('mail', [{ data: { order: 7 } }, { data: { order: 8 } }]);
  span.end();
});
let handled;
const done = new Promise((resolve) => { handled = resolve; });
await boss.work('mail', { batchSize: 2, pollingIntervalSeconds: 0.5 }, async (jobs) => {
  for (const job of jobs) {
    await handleJob(job, async () => tracer.startSpan('deliver ' + job.data.order).end());
  }
  handled();
});
await done;
await boss.stop();
`;

describeWith(['POSTGRES'], 'pg-boss under the preload', () => {
  let server: Service;
  let schemas = 0;

  beforeAll(async () => void (server = await startPostgres()));
  afterAll(async () => server[Symbol.asyncDispose]());

  const envOf = () => ({ POSTGRES_URL: server.url, SCHEMA: `schema${(schemas += 1)}` });

  test.each(Object.entries(IMPORTS))(
    '%s polls in silence and handles in the trace of the sender',
    async (file, imports) => {
      using folder = fixture({ [file]: imports + PROGRAM });
      await using app = await runApp({ args: [file], cwd: folder.path, env: envOf() });

      const exit = await app.exited;

      expect([app.stderr, app.stdout, exit.code]).toEqual(['', '{"order":7}\n', 0]);
      expect(app.tree()).toContain('checkout\n  send mail\n    process mail\n      deliver');
      expect(app.spans().filter(({ name, parentSpanId }) => !parentSpanId && name.startsWith('pg'))).toEqual([]);
    },
  );

  test('an application handles each job of a batch in a span of its own, as where it traces pg-boss itself', async () => {
    using folder = fixture({ 'app.mjs': BATCHES });
    await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env: envOf() });

    const exit = await app.exited;

    expect([app.stderr, exit.code]).toEqual(['', 0]);
    for (const order of [7, 8]) {
      const deliver = app.spans().find(({ name }) => name === `deliver ${order}`);
      const parent = app.spans().find(({ spanId }) => spanId === deliver?.parentSpanId);
      expect(parent?.name).toBe('process mail');
      expect(parent?.attributes).toHaveProperty(['messaging.message.id']);
    }
  });

  test('the instrumentation can be turned off by its name, and nothing of queues is loaded', async () => {
    const program = `${NOTES_QUEUES}
      const { PgBoss } = await import('pg-boss');
      console.log(queuesLoaded.length, PgBoss.prototype.send.length);`;
    using folder = fixture({ 'app.mjs': program });
    const run = async (disabled: string) => {
      const env = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: disabled };
      await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });
      await app.exited;
      return app.stdout;
    };

    expect(await run('pg-boss')).toBe('0 0\n');
    expect(await run('')).toMatch(/^[1-9]\d* 0\n$/);
  });
});
