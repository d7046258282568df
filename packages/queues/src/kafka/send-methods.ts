import { context } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';

import { copyWith } from '../carriers/copy-with.ts';
import { isTracingSetUp } from '../message-span.ts';
import { openBatchProduction, openProduction, type ProducerPlan } from '../producing.ts';
import { replaceOnce } from '../replace-once.ts';
import { runFollowed, type Ended } from '../run-followed.ts';
import { withoutTracing } from '../suppressed.ts';
import { kafkaMessage, messageAttributes, type KafkaMessage } from './kafka-message.ts';
import { knownTopics } from './known-topics.ts';

/** Argument of `send`, and each topic in that of `sendBatch`, as far as they are read here. */
interface TopicMessages {
  readonly topic: string;
  readonly messages: readonly KafkaMessage[];
}

type PlanFor = (topic: string) => ProducerPlan<object>;

/** Traces `send` and `sendBatch` of a producer or a transaction, in a span for each topic of a call. */
export function traceSending(sender: object, clientId: string | undefined): void {
  const planFor = knownTopics<ProducerPlan<object>>((topic) => ({
    destination: { system: 'kafka', name: topic, clientId },
    carrier: kafkaMessage,
    keepsClientSpans: true, // the call is made without tracing, for all of its topics at once
    attributes: messageAttributes,
  }));
  replaceOnce(sender, 'send', (send) => {
    return function (...args) {
      const [record, ...more] = args;
      return sendTraced(
        planFor,
        () => (isTopicMessages(record) ? [record] : []),
        ([traced]) => Reflect.apply(send, this, traced === undefined ? args : [traced, ...more]),
      );
    };
  });
  replaceOnce(sender, 'sendBatch', (sendBatch) => {
    return function (...args) {
      const [batch, ...more] = args as [{ topicMessages?: unknown } | undefined];
      return sendTraced(
        planFor,
        () => topicsOf(batch?.topicMessages),
        (traced) => {
          const isTraced = batch !== undefined && traced.length > 0;
          return Reflect.apply(sendBatch, this, isTraced ? [copyOf(batch, 'topicMessages', traced), ...more] : args);
        },
      );
    };
  });
}

/**
 * Sends in a span for each topic.
 *
 * @param topics reads what is to be sent; none where it is not to be traced
 * @param send is given copies of the topics, or none
 */
function sendTraced(
  planFor: PlanFor,
  topics: () => readonly TopicMessages[],
  send: (topics: readonly object[]) => unknown,
): unknown {
  if (!isTracingSetUp()) return send([]);
  const opened = guard('preparing messages of kafkajs', [], () => topics().map((each) => open(planFor, each)));
  if (opened.length === 0) return send([]);
  const end: Ended = (...thrown) => opened.forEach((each) => each.end(...thrown));
  const sent = opened.map(({ copy }) => copy);
  return runFollowed(withoutTracing(context.active()), () => send(sent), end);
}

function open(planFor: PlanFor, topic: TopicMessages): { copy: object; end: Ended } {
  const { messages } = topic;
  const plan = planFor(topic.topic);
  if (messages.length === 1) {
    const one = openProduction(plan, messages[0] as object);
    return { copy: one ? copyOf(topic, 'messages', [one.message]) : topic, end: one?.end ?? (() => {}) };
  }
  const several = openBatchProduction(plan, messages);
  return { copy: several ? copyOf(topic, 'messages', several.messages) : topic, end: several?.end ?? (() => {}) };
}

/** Sends as it is what cannot be copied: the span of its messages is open by then. */
function copyOf(object: object, name: string, value: unknown): object {
  return guard('preparing messages of kafkajs', object, () => copyWith(object, name, value));
}

/** All topics or none: what the client refuses it is to refuse in its own words. */
function topicsOf(topics: unknown): readonly TopicMessages[] {
  return Array.isArray(topics) && topics.every(isTopicMessages) ? topics : [];
}

function isTopicMessages(value: unknown): value is TopicMessages {
  if (typeof value !== 'object' || value === null) return false;
  const { topic, messages } = value as Partial<TopicMessages>;
  return typeof topic === 'string' && Array.isArray(messages) && messages.length > 0 && messages.every(isMessage);
}

function isMessage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { headers, value: body } = value as KafkaMessage;
  return body !== undefined && (headers === undefined || (typeof headers === 'object' && headers !== null));
}
