// Both ends of the queue. There is nothing of tracing here: the preload puts the trace on each job, and goes on with it.
import { Queue, Worker } from 'bullmq';

export interface Invitation {
  readonly email: string;
}

const INVITATION_QUEUE = 'invitation';
const connection = { url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' };

export function openInvitationQueue(): Queue<Invitation> {
  return new Queue<Invitation>(INVITATION_QUEUE, { connection });
}

/** Hands each invitation to `deliver`. */
export function deliverInvitations(deliver: (invitation: Invitation) => Promise<void>): Worker<Invitation> {
  return new Worker<Invitation>(INVITATION_QUEUE, async ({ data }) => deliver(data), { connection });
}
