// Behind the queue: mails the invitations.
import { setTimeout } from 'node:timers/promises';

import { traced } from '@clew/spans';
import { PgBoss } from 'pg-boss';
import { pino } from 'pino';

import { deliverInvitations, INVITATION_QUEUE, type Invitation } from './invitation-queue.ts';

const { DATABASE_URL: connectionString = '' } = process.env;
const MAIL_SERVER_MILLIS = 20;

const log = pino({ name: 'worker' });
const boss = new PgBoss({ connectionString, schedule: false, useListenNotify: true });
boss.on('error', (error) => log.error(error));

/** Stands in for a mail server. */
const sendMail = traced('mail.send', async (_invitation: Invitation): Promise<void> => {
  await setTimeout(MAIL_SERVER_MILLIS);
  log.info('invitation mailed');
});

await boss.start();
await boss.createQueue(INVITATION_QUEUE, { notify: true });
await deliverInvitations(boss, sendMail);
process.send?.({});
