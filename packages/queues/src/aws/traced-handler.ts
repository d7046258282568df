import { context, createContextKey, type Attributes } from '@opentelemetry/api';

import { fieldOf } from '../carriers/carrier.ts';
import { consumingBatch, type Batch } from '../consuming-batch.ts';
import { consuming, type ConsumerPlan } from '../consuming.ts';
import type { Delivery } from '../delivery.ts';
import { isTracingSetUp } from '../message-span.ts';
import { receivedSqsMessage, systemAttributesOf } from './aws-carriers.ts';
import { sqsDestination } from './aws-destination.ts';
import type { SqsOptions } from './aws-options.ts';
import { queueUrlOf } from './trace-requests.ts';

/**
 * Makes of a handler one that handles each message of SQS in a consumer span. For `handleMessage` of `sqs-consumer`, and
 * for loops of your own.
 *
 * @example
 * const handle = tracedHandler(async (message) => ship(JSON.parse(message.Body)));
 * await Promise.all(response.Messages.map(handle));
 */
export function tracedHandler<Message extends object, Rest extends unknown[], Result>(
  handler: (message: Message, ...rest: Rest) => Result,
  options: SqsOptions = {},
): (message: Message, ...rest: Rest) => Result {
  return function handleMessage(this: unknown, message, ...rest) {
    return handleOne(message, options, () => Reflect.apply(handler, this, [message, ...rest]));
  };
}

/**
 * Makes of a handler of several messages one that handles them in one span, with a link to each sender; `batch.each` gives a
 * message a span of its own below.
 */
export function tracedBatchHandler<Message extends object, Result>(
  handler: (messages: Message[], batch: Batch<Message>) => Result,
  options: SqsOptions = {},
): (messages: Message[]) => Result {
  return function handleMessageBatch(this: unknown, messages) {
    return handleBatch(messages, options, (batch) => Reflect.apply(handler, this, [messages, batch]));
  };
}

/** Handles messages one after the other, each in a consumer span. A handler that fails ends it with its error. */
export async function processMessages<Message extends object>(
  messages: readonly Message[] | undefined,
  handler: (message: Message) => unknown,
  options: SqsOptions = {},
): Promise<void> {
  for (const message of messages ?? [])
    await handleOne(message, { ...options, isWithinWork: true }, () => handler(message));
}

// The preload may handle what the application hands to a handler of this module: that is one handling. The API makes one key
// of one name, so copies of this module know each other's.
const HANDLED = createContextKey('clew.aws.handled');

interface Handling extends SqsOptions {
  readonly isWithinWork?: boolean;
}

/** Handles a message in a consumer span, unless that is being done already. */
export function handleOne<Result>(message: object, options: Handling, handler: () => Result): Result {
  if (!isTracingSetUp() || context.active().getValue(HANDLED) === message) return handler();
  return consuming(planOf(message, options), message, () => withHandled(message, handler));
}

/** Handles messages in one consumer span, unless that is being done already. */
export function handleBatch<Message extends object, Result>(
  messages: readonly Message[],
  options: Handling,
  handler: (batch: Batch<Message>) => Result,
): Result {
  const isTraced = isTracingSetUp() && Array.isArray(messages) && context.active().getValue(HANDLED) !== messages;
  const first = isTraced ? messages[0] : undefined;
  if (first === undefined) return handler({ messages, each: (_message, work) => work() });
  return consumingBatch<object, Result>(planOf(first, options), messages, (batch) =>
    withHandled(messages, () => handler(batch as Batch<Message>)),
  );
}

function withHandled<Result>(handled: object, handler: () => Result): Result {
  return context.with(context.active().setValue(HANDLED, handled), handler);
}

function planOf(
  message: object,
  { queueUrl, relation, maxParentAgeMillis, isWithinWork }: Handling,
): ConsumerPlan<object> {
  return {
    destination: sqsDestination(queueUrl ?? queueUrlOf(message) ?? fieldOf(message, 'eventSourceARN')),
    carrier: receivedSqsMessage,
    relation,
    maxParentAgeMillis,
    isWithinWork,
    delivery,
    attributes,
  };
}

function delivery(message: object): Delivery {
  const system = systemAttributesOf(message);
  return {
    enqueuedAt: numberIn(system, 'SentTimestamp'),
    attempt: numberIn(system, 'ApproximateReceiveCount'),
    ...(fieldOf(system, 'DeadLetterQueueSourceArn') !== undefined && { deadLetterReason: 'max_receive_count' }),
  };
}

function numberIn(attributes: unknown, name: string): number | undefined {
  const text = fieldOf(attributes, name);
  return typeof text === 'string' && text.length < 20 ? Number(text) : undefined;
}

function attributes(message: object): Attributes {
  const id = fieldOf(message, 'MessageId') ?? fieldOf(message, 'messageId');
  return typeof id === 'string' ? { 'messaging.message.id': id } : {};
}
