import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startNats } from '../services/nats.ts';
import { startPostgres } from '../services/postgres.ts';

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
