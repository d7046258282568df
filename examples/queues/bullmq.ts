// A welcome mail is sent by a worker, with one delayed reminder. Run `node --import @clew/sdk/register bullmq.ts` with the
// URL of a Redis in REDIS_URL: both jobs appear below `user.invite`, and the mail that bounces is an error on its first attempt.
import { span } from '@clew/spans';
import { Queue, Worker } from 'bullmq';

const connection = { url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' };
const queue = new Queue('mail', { connection });
const worker = new Worker(
  'mail',
  async ({ name, data, attemptsMade }) => {
    if (name === 'reminder' && attemptsMade === 0) throw new Error('mailbox full');
    await span('mail.send', async () => console.log(`${name} sent to ${data.to}`));
  },
  { connection },
);

const handled = new Promise<void>((resolve) => {
  const names = new Set<string>();
  worker.on('completed', ({ name }) => names.add(name).size === 2 && resolve());
});

await span('user.invite', async () => {
  await queue.add('welcome', { to: 'ada@example.org' });
  await queue.add('reminder', { to: 'ada@example.org' }, { delay: 100, attempts: 2 });
});

await handled;
await worker.close();
await queue.close();
