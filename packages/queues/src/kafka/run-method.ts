import { context, createContextKey, type Context } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';

import { copyWith } from '../carriers/copy-with.ts';
import { consumingBatch, type Batch } from '../consuming-batch.ts';
import { openConsumption, runConsumption, type ConsumerPlan } from '../consuming.ts';
import { isTracingSetUp } from '../message-span.ts';
import type { Relation } from '../relation.ts';
import { replaceOnce } from '../replace-once.ts';
import { kafkaRecord, recordAttributes, type KafkaMessage, type KafkaRecord } from './kafka-message.ts';
import { knownTopics } from './known-topics.ts';

/** How the messages of a consumer are traced. */
export interface ConsumerSettings {
  readonly groupId: string | undefined;
  readonly clientId: string | undefined;
  readonly relation: Relation | undefined;
  readonly maxParentAgeMillis: number | undefined;
}

type Handler = (this: unknown, payload: never, ...more: unknown[]) => unknown;
type Plan = ConsumerPlan<KafkaRecord>;
type PlanFor = (topic: string) => Plan;

/** Argument of `eachBatch`, as far as it is read here. */
interface BatchPayload {
  readonly batch: { readonly topic: string; readonly partition: number; readonly messages: readonly KafkaMessage[] };
}

/** Traces `run`: each message, or each batch, is handled in a span. */
export function traceRunning(consumer: object, settings: ConsumerSettings): void {
  const deliveries = countDeliveries();
  const planFor = knownTopics((topic) => planOf(topic, settings));
  replaceOnce(consumer, 'run', (run) => {
    return function (...args) {
      const [config, ...more] = args;
      if (typeof config !== 'object' || config === null) return Reflect.apply(run, this, args);
      const trace = () => tracedConfig(config, planFor, deliveries);
      return Reflect.apply(run, this, [guard('preparing a consumer of kafkajs', config, trace), ...more]);
    };
  });
}

function tracedConfig(config: RunConfig, planFor: PlanFor, deliveries: (record: KafkaRecord) => number): object {
  const { eachMessage, eachBatch } = config;
  let traced: object = config;
  if (typeof eachMessage === 'function') {
    traced = copyWith(traced, 'eachMessage', tracedMessages(eachMessage as Handler, planFor, deliveries));
  }
  if (typeof eachBatch === 'function') {
    traced = copyWith(traced, 'eachBatch', tracedBatches(eachBatch as Handler, planFor));
  }
  return traced;
}

/** Argument of `run`, as far as it is read here. */
interface RunConfig {
  readonly eachMessage?: unknown;
  readonly eachBatch?: unknown;
}

function planOf(topic: string, settings: ConsumerSettings): Plan {
  const { groupId, clientId, relation, maxParentAgeMillis } = settings;
  return {
    destination: { system: 'kafka', name: topic, group: groupId, clientId },
    carrier: kafkaRecord,
    relation,
    maxParentAgeMillis,
    attributes: recordAttributes,
    delivery: ({ message }) => ({ enqueuedAt: Number(message.timestamp) }),
  };
}

function tracedMessages(eachMessage: Handler, planFor: PlanFor, attemptOf: (record: KafkaRecord) => number): Handler {
  return function (record: KafkaRecord, ...more) {
    const handle = () => Reflect.apply(eachMessage, this, [record as never, ...more]);
    if (!isTracingSetUp()) return handle();
    const plan = planFor(record.topic);
    const attempt = attemptOf(record);
    const delivery: Plan['delivery'] = ({ message }) => ({
      enqueuedAt: Number(message.timestamp),
      attempt: attempt > 1 ? attempt : undefined,
    });
    return runConsumption(openConsumption(attempt > 1 ? { ...plan, delivery } : plan, record), handle);
  };
}

/**
 * Counts how often the message at the head of each partition came. A handler that failed is given the same message once
 * more, which Kafka does not tell.
 */
function countDeliveries(): (record: KafkaRecord) => number {
  const last = new Map<string, Map<number, { offset: unknown; attempt: number }>>();
  return ({ topic, partition, message: { offset } }) => {
    let ofTopic = last.get(topic);
    if (ofTopic === undefined) last.set(topic, (ofTopic = new Map()));
    const before = ofTopic.get(partition);
    const attempt = before !== undefined && before.offset === offset ? before.attempt + 1 : 1;
    ofTopic.set(partition, { offset, attempt });
    return attempt;
  };
}

// The API makes one key of one name, so copies of this module read what another copy wrote.
const BATCH = createContextKey('clew.kafka-batch');

type HandleInBatch = (message: KafkaMessage, handler: () => unknown) => unknown;

function tracedBatches(eachBatch: Handler, planFor: PlanFor): Handler {
  return function (payload: BatchPayload, ...more) {
    const handle = () => Reflect.apply(eachBatch, this, [payload as never, ...more]);
    if (!isTracingSetUp()) return handle();
    const { topic, partition, messages } = payload.batch;
    const records = messages.map((message): KafkaRecord => ({ topic, partition, message }));
    return consumingBatch(planFor(topic), records, (batch) => context.with(withBatch(batch), handle));
  };
}

function withBatch({ messages, each }: Batch<KafkaRecord>): Context {
  let records: ReadonlyMap<unknown, KafkaRecord> | undefined;
  const handle: HandleInBatch = (message, handler) => {
    records ??= new Map(messages.map((each) => [each.message, each]));
    const record = records.get(message);
    return record === undefined ? handler() : each(record, handler);
  };
  return context.active().setValue(BATCH, handle);
}

/**
 * Handles one message of a batch in a span of its own, with its baggage, below the span of the batch. Outside of a traced
 * `eachBatch`, and for a message of another batch, it only calls the handler. Returns and throws what the handler does.
 *
 * @example
 * eachBatch: async ({ batch }) => {
 *   for (const message of batch.messages) await inMessage(message, () => handle(message));
 * }
 */
export function inMessage<Result>(message: KafkaMessage, handler: () => Result): Result {
  const handle = context.active().getValue(BATCH) as HandleInBatch | undefined;
  return handle === undefined ? handler() : (handle(message, handler) as Result);
}
