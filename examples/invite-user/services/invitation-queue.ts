// Both ends of the queue. pg-boss knows nothing of tracing, so the trace travels inside the job: the sender writes the
// headers of its span into it, and the worker goes on from there.
import { span, type SpanOptions } from '@clew/spans';
import { context, propagation, SpanKind } from '@opentelemetry/api';
import type { PgBoss } from 'pg-boss';

export interface Invitation {
  readonly email: string;
}

interface Letter {
  readonly invitation: Invitation;
  readonly carrier: Record<string, string>;
}

export const INVITATION_QUEUE = 'invitation';

const attributes = { 'messaging.system': 'pg-boss', 'messaging.destination.name': INVITATION_QUEUE };
const SEND: SpanOptions = { kind: SpanKind.PRODUCER, attributes };
const PROCESS: SpanOptions = { kind: SpanKind.CONSUMER, attributes };

export async function queueInvitation(boss: PgBoss, invitation: Invitation): Promise<void> {
  await span(
    `send ${INVITATION_QUEUE}`,
    () => {
      const carrier = {};
      propagation.inject(context.active(), carrier);
      return boss.send(INVITATION_QUEUE, { invitation, carrier } satisfies Letter);
    },
    SEND,
  );
}

/** Hands each invitation to `deliver`, in a span below the one that queued it. */
export async function deliverInvitations(
  boss: PgBoss,
  deliver: (invitation: Invitation) => Promise<void>,
): Promise<void> {
  await boss.work<Letter>(INVITATION_QUEUE, async (jobs) => {
    for (const { data } of jobs) {
      const sender = propagation.extract(context.active(), data.carrier);
      await context.with(sender, () => span(`process ${INVITATION_QUEUE}`, () => deliver(data.invitation), PROCESS));
    }
  });
}
