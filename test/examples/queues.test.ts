import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { startRedis } from '../services/redis.ts';

const FOLDER = new URL('../../examples/queues/', import.meta.url);

test('the example of BullMQ is one trace, with the attempt that failed', async () => {
  await using redis = await startRedis();
  await using app = await runApp({ args: ['bullmq.ts'], cwd: FOLDER, env: { REDIS_URL: redis.url } });

  expect(await app.exited).toEqual({ code: 0, signal: null });

  expect(app.stderr).toBe('');
  expect(app.stdout).toBe('welcome sent to ada@example.org\nreminder sent to ada@example.org\n');
  expect(app.tree()).toBe(
    `
user.invite
  add mail
    process mail
      mail.send
  add mail
    process mail !mailbox full
    process mail
      mail.send`.trimStart(),
  );
});

test('the example of Bull is one trace, and its data are what was added', async () => {
  await using redis = await startRedis();
  await using app = await runApp({ args: ['bull.ts'], cwd: FOLDER, env: { REDIS_URL: redis.url } });

  expect(await app.exited).toEqual({ code: 0, signal: null });

  expect(app.stderr).toBe('');
  expect(app.stdout).toBe('welcome {"to":"ada@example.org"}\n');
  expect(app.tree()).toBe('user.invite\n  add reminders\n    process reminders\n      mail.send');
});
