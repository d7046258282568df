import { runApp } from '@clew/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { startRedis } from '../services/redis.ts';
import type { Service } from '../services/service.ts';

let redis: Service;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

/** Adds a job in a span, handles it, and lingers for what Bull does all the time. */
const PROGRAM = `
  async function main({ Bull, api, Redis }) {
    const tracer = api.trace.getTracer('app');
    const redis = new Redis(process.env.REDIS);
    await redis.ping();
    const options = { settings: { stalledInterval: 50, guardInterval: 50, lockRenewTime: 50 } };
    const queue = new Bull('mail-' + process.pid, process.env.REDIS, options);
    await queue.isReady();
    const completed = new Promise((resolve) => queue.on('completed', (job, result) => resolve(result)));
    tracer.startActiveSpan('startup', (span) => {
      void queue.process(async (job) => {
        await null;
        await tracer.startActiveSpan('mail.send', async (span) => {
          await redis.set('sent', job.data.to);
          span.end();
        });
        return job.data.to;
      });
      span.end();
    });
    await tracer.startActiveSpan('order.place', async (span) => {
      await queue.add({ to: 'ada' }, { delay: 10 });
      span.end();
    });
    console.log(await completed);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await queue.close();
    redis.disconnect();
  }`;
const APPS = {
  'app.mjs': `
    import Bull from 'bull';
    import * as api from '@opentelemetry/api';
    import { Redis } from 'ioredis';
    ${PROGRAM}
    await main({ Bull, api, Redis });`,
  'app.cjs': `
    ${PROGRAM}
    main({ Bull: require('bull'), api: require('@opentelemetry/api'), Redis: require('ioredis').Redis });`,
};

test.each(Object.keys(APPS))('a job of Bull is traced from its queue to its processor in %s', async (name) => {
  using folder = fixture(APPS);
  await using app = await runApp({ args: [name], cwd: folder.path, env: { REDIS: redis.url } });

  expect(await app.exited).toEqual({ code: 0, signal: null });

  expect(app.stderr).toBe('');
  expect(app.stdout).toBe('ada\n');
  expect(app.tree().replaceAll(/mail-\d+/g, 'mail')).toBe(
    'startup\norder.place\n  add mail\n    process mail\n      mail.send\n        set',
  );
});

test('the variable that disables the instrumentation leaves Bull alone', async () => {
  using folder = fixture(APPS);
  const env = { REDIS: redis.url, OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'bull,ioredis' };
  await using app = await runApp({ args: ['app.cjs'], cwd: folder.path, env });

  expect(await app.exited).toEqual({ code: 0, signal: null });

  expect(app.stdout).toBe('ada\n');
  expect(app.tree().replaceAll(/mail-\d+/g, 'mail')).toBe('startup\n  mail.send\norder.place');
});
