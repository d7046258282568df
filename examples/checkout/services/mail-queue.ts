// Both ends of the queue. Its jobs have no place for a trace: `pack` puts it into the data, `resume` goes on with it.
import { pack, resume } from '@clew/queues';
import type { Db, PgBoss } from 'pg-boss';

export interface Mail {
  readonly order: number;
}

interface Letter {
  readonly mail: Mail;
  readonly trace: Record<string, string>;
}

export const MAIL_QUEUE = 'confirmation-mail';

const QUEUE = { system: 'pg-boss', destination: MAIL_QUEUE };

/** Queues a mail in the transaction of `db`. */
export async function queueMail(boss: PgBoss, mail: Mail, db: Db): Promise<void> {
  await boss.send(MAIL_QUEUE, { mail, trace: pack(QUEUE) } satisfies Letter, { db });
}

/** Hands each mail to `deliver`, in a span below the one that queued it. */
export async function deliverMails(boss: PgBoss, deliver: (mail: Mail) => Promise<void>): Promise<void> {
  // Mails that are queued at once are announced once: all of them must be taken.
  await boss.work<Letter>(MAIL_QUEUE, { batchSize: 10, burstWhenBatchFull: true }, async (jobs) => {
    for (const { data } of jobs) await resume(data.trace, () => deliver(data.mail), QUEUE);
  });
}
