// A mail is sent by a worker after a delay. Run `node --import @clew/sdk/register bull.ts` with the URL of a Redis in REDIS_URL:
// the job appears below `user.invite`, and its data are what was added: the context travels in its options.
import { span } from '@clew/spans';
import Bull from 'bull';

const queue = new Bull('reminders', process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379');

const handled = new Promise<void>((resolve) => {
  queue.on('completed', () => resolve());
});
void queue.process('welcome', async ({ name, data }) => {
  await span('mail.send', async () => console.log(name, JSON.stringify(data)));
});

await span('user.invite', () => queue.add('welcome', { to: 'ada@example.org' }, { delay: 50 }));

await handled;
await queue.close();
