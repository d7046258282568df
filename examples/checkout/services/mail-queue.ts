// Both ends of the queue. pg-boss knows nothing of tracing, so here the trace travels inside the job, packed and unpacked
// by hand with the plain OpenTelemetry API.
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Db, PgBoss } from 'pg-boss';

export interface Mail {
  readonly order: number;
}

interface Letter {
  readonly mail: Mail;
  readonly carrier: Record<string, string>;
}

export const MAIL_QUEUE = 'confirmation-mail';

const tracer = trace.getTracer('checkout');
const attributes = { 'messaging.system': 'pg-boss', 'messaging.destination.name': MAIL_QUEUE };

/** Queues a mail in the transaction of `db`. */
export async function queueMail(boss: PgBoss, mail: Mail, db: Db): Promise<void> {
  await tracer.startActiveSpan(`send ${MAIL_QUEUE}`, { kind: SpanKind.PRODUCER, attributes }, async (span) => {
    const carrier = {};
    propagation.inject(context.active(), carrier);
    await ending(span, boss.send(MAIL_QUEUE, { mail, carrier } satisfies Letter, { db }));
  });
}

/** Hands each mail to `deliver`, in a span below the one that queued it. */
export async function deliverMails(boss: PgBoss, deliver: (mail: Mail) => Promise<void>): Promise<void> {
  await boss.work<Letter>(MAIL_QUEUE, async (jobs) => {
    for (const { data } of jobs) {
      const sender = propagation.extract(context.active(), data.carrier);
      await tracer.startActiveSpan(`process ${MAIL_QUEUE}`, { kind: SpanKind.CONSUMER, attributes }, sender, (span) =>
        ending(span, deliver(data.mail)),
      );
    }
  });
}

async function ending(span: Span, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    span.recordException(error as Error);
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
