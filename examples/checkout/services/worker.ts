// Behind the queue: sends the confirmation mail of an order.
import { Pool } from 'pg';
import { PgBoss } from 'pg-boss';
import { pino } from 'pino';

import { deliverMails } from './mail-queue.ts';

const { DATABASE_URL: connectionString = '' } = process.env;

const log = pino({ name: 'worker' });
const database = new Pool({ connectionString });
const boss = new PgBoss({ connectionString, migrate: false, schedule: false, useListenNotify: true });
boss.on('error', (error) => log.error(error));

await boss.start();
await deliverMails(boss, async ({ order }) => {
  const { rows } = await database.query<{ customer: string }>(
    'UPDATE orders SET mailed_at = now() WHERE id = $1 RETURNING customer',
    [order],
  );
  log.info({ order, to: rows[0]?.customer }, 'confirmation mail sent');
});
process.send?.({});
