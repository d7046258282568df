import { guard } from '@clew/diagnostics';

import { traceCommitting } from './kafka/commit-method.ts';
import { traceRunning } from './kafka/run-method.ts';
import { traceSending } from './kafka/send-methods.ts';
import type { Relation } from './relation.ts';
import { replaceOnce } from './replace-once.ts';
import { markTraced } from './traced-mark.ts';

export { inMessage } from './kafka/run-method.ts';

/** Facts that a producer does not tell of itself. */
export interface TracedProducerOptions {
  /** As it was given to `new Kafka()`. */
  readonly clientId?: string | undefined;
}

/** How the messages of a consumer are traced, and what it does not tell of itself. */
export interface TracedConsumerOptions {
  /** As it was given to `kafka.consumer()`. */
  readonly groupId?: string | undefined;
  /** As it was given to `new Kafka()`. */
  readonly clientId?: string | undefined;
  /** How the span of a handler relates to the message's sender. Default: `auto`. */
  readonly relation?: Relation | undefined;
  /** Age beyond which `auto` makes a link: milliseconds. Default: an hour. */
  readonly maxParentAgeMillis?: number | undefined;
  /** Whether `commitOffsets` has spans of its own. Default: false. */
  readonly settleSpans?: boolean | undefined;
}

/**
 * Traces what a producer of kafkajs sends, its transactions too. Returns the same producer. One that another
 * instrumentation traces is left alone.
 *
 * @example
 * const producer = tracedProducer(kafka.producer());
 */
export function tracedProducer<Producer extends object>(
  producer: Producer,
  { clientId }: TracedProducerOptions = {},
): Producer {
  guard('tracing a producer of kafkajs', undefined, () => {
    if (!markTraced(producer, 'kafkajs', ['send', 'sendBatch'])) return;
    traceSending(producer, clientId);
    replaceOnce(producer, 'transaction', (transaction) => {
      return async function (...args) {
        const begun = await Reflect.apply(transaction, this, args);
        guard('tracing a transaction of kafkajs', undefined, () => traceSending(begun as object, clientId));
        return begun;
      };
    });
  });
  return producer;
}

/**
 * Traces how a consumer of kafkajs handles messages: `eachMessage`, and `eachBatch` with `inMessage()`. Returns the same
 * consumer. One that another instrumentation traces is left alone.
 *
 * @example
 * const consumer = tracedConsumer(kafka.consumer({ groupId: 'mail' }), { groupId: 'mail' });
 */
export function tracedConsumer<Consumer extends object>(
  consumer: Consumer,
  options: TracedConsumerOptions = {},
): Consumer {
  guard('tracing a consumer of kafkajs', undefined, () => {
    if (!markTraced(consumer, 'kafkajs', ['run'])) return;
    const { groupId, clientId, relation, maxParentAgeMillis, settleSpans = false } = options;
    traceRunning(consumer, { groupId, clientId, relation, maxParentAgeMillis });
    if (settleSpans) traceCommitting(consumer, { groupId, clientId });
  });
  return consumer;
}
