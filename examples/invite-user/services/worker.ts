// Behind the queue: mails the invitations.
import { setTimeout } from 'node:timers/promises';

import { traced } from '@clew/spans';
import { pino } from 'pino';

import { deliverInvitations, type Invitation } from './invitation-queue.ts';

const MAIL_SERVER_MILLIS = 20;

const log = pino({ name: 'worker' });

/** Stands in for a mail server. */
const sendMail = traced('mail.send', async (_invitation: Invitation): Promise<void> => {
  await setTimeout(MAIL_SERVER_MILLIS);
  log.info('invitation mailed');
});

const worker = deliverInvitations(sendMail);
worker.on('error', (error) => log.error(error));
await worker.waitUntilReady();
process.send?.({});
