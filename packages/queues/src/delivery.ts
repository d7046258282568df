import type { Attributes } from '@opentelemetry/api';

/** One delivery of a message, as the broker or the producer's client describes it. */
export interface Delivery {
  /** When the message was put into the queue: milliseconds since the epoch. */
  readonly enqueuedAt?: number | undefined;
  /** How long it was meant to wait: milliseconds. */
  readonly delayMillis?: number | undefined;
  /** When it was due, where that is later than the delay tells: after a failure. Milliseconds since the epoch. */
  readonly dueAt?: number | undefined;
  /** Number of this delivery, from 1. */
  readonly attempt?: number | undefined;
  /** Whether it may have been delivered before; for brokers that do not count. */
  readonly isRedelivered?: boolean | undefined;
  /** Why another queue handed it on to this one: `rejected`, `expired`, `maxlen` … */
  readonly deadLetterReason?: string | undefined;
  /** Whether a scheduler makes such messages again and again, all from one context. */
  readonly isRepeating?: boolean | undefined;
}

/** Seconds between the moment at which a message was due and that at which its handler began. */
export const TIME_IN_QUEUE = 'clew.messaging.time_in_queue';

/**
 * The attributes of a delivery. The semantic conventions have none for these.
 *
 * @param now milliseconds since the epoch
 */
export function deliveryAttributes(delivery: Delivery, now: number): Attributes {
  const { enqueuedAt, delayMillis = 0, dueAt, attempt, isRedelivered, deadLetterReason } = delivery;
  const attributes: Attributes = {};
  if (isTime(enqueuedAt)) {
    const due = isTime(dueAt) ? dueAt : enqueuedAt + Math.max(0, delayMillis);
    attributes[TIME_IN_QUEUE] = Math.max(0, now - due) / 1000;
    if (delayMillis > 0) attributes['clew.messaging.delay'] = delayMillis / 1000;
  }
  if (isCount(attempt)) attributes['clew.messaging.attempt'] = attempt;
  if (isRedelivered ?? (isCount(attempt) && attempt > 1)) attributes['clew.messaging.redelivered'] = true;
  if (typeof deadLetterReason === 'string') attributes['clew.messaging.dead_letter_reason'] = deadLetterReason;
  return attributes;
}

const isTime = (value: unknown): value is number => Number.isFinite(value) && (value as number) > 0;
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
