// A confirmation waits in a table of PostgreSQL until a worker of pg-boss sends it: one trace, `order.place`. Run it with
//   POSTGRES_URL=postgres://postgres@127.0.0.1/postgres node --import @clew/sdk/register pg-boss.ts
// Polling makes no traces, and the handler is given the data as it was sent.
import { span } from '@clew/spans';
import { PgBoss } from 'pg-boss';

interface Mail {
  readonly to: string;
}

const boss = new PgBoss({ connectionString: process.env['POSTGRES_URL'] ?? 'postgres://127.0.0.1/postgres' });
await boss.start();
await boss.createQueue('mail');

await span('order.place', () => boss.send('mail', { to: 'grace' }));

const sent = new Promise<void>((resolve) => {
  void boss.work<Mail>('mail', { pollingIntervalSeconds: 0.5 }, async ([job]) => {
    await span('mail.send', async () => console.log(JSON.stringify(job?.data)));
    resolve();
  });
});
await sent;
await boss.stop();
