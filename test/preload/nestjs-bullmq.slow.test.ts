import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { startRedis } from '../services/redis.ts';
import { nestjsBullmq } from '../support/nestjs-bullmq.ts';

// Decorators are called by hand, as compilers do.
const APP = `
  require('reflect-metadata');
  const { trace } = require('@opentelemetry/api');
  const { NestFactory } = require('@nestjs/core');
  const { Module } = require('@nestjs/common');
  const { BullModule, getQueueToken, Processor, WorkerHost } = require('@nestjs/bullmq');

  let handled;
  const done = new Promise((resolve) => (handled = resolve));
  class MailProcessor extends WorkerHost {
    async process(job) {
      await null;
      trace.getTracer('app').startSpan('mail.send').end();
      return handled(job.data.to);
    }
  }
  Processor('mail')(MailProcessor);
  class AppModule {}
  Module({
    imports: [
      BullModule.forRoot({ connection: { url: process.env.REDIS }, prefix: 'nest-' + process.pid }),
      BullModule.registerQueue({ name: 'mail' }),
    ],
    providers: [MailProcessor],
  })(AppModule);

  (async () => {
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    await trace.getTracer('app').startActiveSpan('order.place', async (span) => {
      await app.get(getQueueToken('mail')).add('welcome', { to: 'ada' });
      span.end();
    });
    console.log(await done);
    await app.close();
  })();
`;

test('jobs of @nestjs/bullmq are traced from their queue to their processor', async () => {
  const folder = await nestjsBullmq();
  writeFileSync(join(folder, 'app.cjs'), APP);
  await using redis = await startRedis();
  await using app = await runApp({ args: ['app.cjs'], cwd: folder, env: { REDIS: redis.url } });

  expect(await app.exited).toEqual({ code: 0, signal: null });

  expect(app.stderr).toBe('');
  expect(app.stdout).toBe('ada\n');
  expect(app.tree()).toContain('order.place\n  add mail\n    process mail\n      mail.send');
});
