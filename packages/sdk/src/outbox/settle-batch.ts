import type { Signal } from '../sending/otlp-settings.ts';
import { drop, type Account } from './account.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import type { Batch, RecordQueue } from './queue/record-queue.ts';

/** Parts of one signal that must agree. */
interface Books {
  readonly signal: Signal;
  readonly queue: RecordQueue;
  readonly account: Account;
}

/** The backend has taken the batch, or most of it. */
export function acknowledge({ signal, queue, account }: Books, batch: Batch, answer: Acknowledgement): void {
  const rejected = Math.min(answer.rejected, batch.count);
  queue.remove(batch);
  account.sent += batch.count - rejected;
  drop(signal, account, rejected, 'the backend rejected them', answer.message);
}

/** The backend will never take the batch. */
export function refuse({ signal, queue, account }: Books, batch: Batch, reason: string, message: string): void {
  queue.remove(batch);
  drop(signal, account, batch.count, reason, message);
}
