import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startNats } from '../services/nats.ts';
import { startPostgres } from '../services/postgres.ts';
import { startRedis } from '../services/redis.ts';

const cwd = new URL('../../examples/queues/', import.meta.url);

describeWith(['NATS'], 'nats.ts', () => {
  test('is one trace, with a refused attempt', async () => {
    await using server = await startNats();
    await using app = await runApp({ args: ['nats.ts'], cwd, env: { NATS_URL: server.url } });

    const { code } = await app.exited;

    expect([app.stderr, app.stdout, code]).toEqual(['', 'you owe us 42\n', 0]);
    expect(app.tree().replaceAll(/127\.0\.0\.1:\d+/g, 'SERVER')).toBe(
      `
order.place
  request price
    process price
      respond SERVER
  publish mails.7
    process mails.7 !nak
    process mails.7
      mail.send`.trimStart(),
    );
  });
});

describeWith(['POSTGRES'], 'pg-boss.ts', () => {
  test('is one trace, from the order to the mail', async () => {
    await using server = await startPostgres();
    await using app = await runApp({ args: ['pg-boss.ts'], cwd, env: { POSTGRES_URL: server.url } });

    const { code } = await app.exited;

    expect([app.stderr, app.stdout, code]).toEqual(['', '{"to":"grace"}\n', 0]);
    expect(app.tree()).toBe('order.place\n  send mail\n    process mail\n      mail.send');
  });
});

describeWith(['REDIS'], 'bullmq.ts and bull.ts', () => {
  test('the example of BullMQ is one trace, with the attempt that failed', async () => {
    await using redis = await startRedis();
    await using app = await runApp({ args: ['bullmq.ts'], cwd, env: { REDIS_URL: redis.url } });

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
    await using app = await runApp({ args: ['bull.ts'], cwd, env: { REDIS_URL: redis.url } });

    expect(await app.exited).toEqual({ code: 0, signal: null });

    expect(app.stderr).toBe('');
    expect(app.stdout).toBe('welcome {"to":"ada@example.org"}\n');
    expect(app.tree()).toBe('user.invite\n  add reminders\n    process reminders\n      mail.send');
  });
});
