import { context, SpanKind, trace, type Attributes, type Link } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';
import { endSpan, failSpan, runInOpenSpan, type OpenSpan } from '@clew/spans/internal';

import type { Carrier } from './carriers/carrier.ts';
import { describeOperation, type Destination } from './destination.ts';
import { isTracingSetUp, openMessageSpan } from './message-span.ts';
import { ownContextOf, withContext } from './sent-context.ts';
import { isTracingOff, withoutTracing } from './suppressed.ts';

/** A way to send messages of one kind. */
export interface ProducerPlan<Message> {
  readonly destination: Destination;
  readonly carrier: Carrier<Message>;
  /** What the client calls it. Default: `send`. */
  readonly operation?: string | undefined;
  /** Attributes of one message, such as `messaging.message.id`. */
  attributes?(message: Message): Attributes;
  /** Whether spans of what the client does in order to send are kept. Default: false. */
  readonly keepsClientSpans?: boolean | undefined;
}

/**
 * Sends a message in a producer span, and gives it the span's context. A context that the application has put on the
 * message itself is kept, and linked. Returns and throws what `send` does; never changes the message.
 *
 * @param send is given the message, or a copy of it with the fields of the context
 */
export function producing<Message, Result>(
  plan: ProducerPlan<Message>,
  message: Message,
  send: (message: Message) => Result,
): Result {
  if (!isTracingSetUp()) return send(message);
  const sending = guard('preparing a message', undefined, () => prepare(plan, [message]));
  if (sending === undefined) return send(message);
  const [sent] = sending.messages as [Message];
  return sending.open === undefined ? send(sent) : runInOpenSpan(sending.open, () => send(sent));
}

/**
 * Sends several messages in one producer span, whose context each of them is given.
 *
 * @param send is given the messages, of which those with the fields of the context are copies
 */
export function producingBatch<Message, Result>(
  plan: ProducerPlan<Message>,
  messages: readonly Message[],
  send: (messages: readonly Message[]) => Result,
): Result {
  if (!isTracingSetUp()) return send(messages);
  const sending = guard('preparing messages', undefined, () => prepare(plan, messages, messages.length));
  if (sending === undefined) return send(messages);
  return sending.open === undefined
    ? send(sending.messages)
    : runInOpenSpan(sending.open, () => send(sending.messages));
}

/** A message that is being sent, for clients in which sending ends later than a function: with the broker's word. */
export interface Production<Message> extends Pending {
  /** The message, or a copy of it with the fields of the context. */
  readonly message: Message;
}

/** Several messages that are being sent. */
export interface BatchProduction<Message> extends Pending {
  /** The messages, of which those with the fields of the context are copies. */
  readonly messages: readonly Message[];
}

interface Pending {
  /** Ends the span, as failed if an error is given. Further calls do nothing. */
  end(...thrown: [] | [error: unknown]): void;
}

/** Begins to send a message. `undefined` where there is nothing to trace; never throws. */
export function openProduction<Message>(
  plan: ProducerPlan<Message>,
  message: Message,
): Production<Message> | undefined {
  if (!isTracingSetUp()) return undefined;
  const sending = guard('preparing a message', undefined, () => prepare(plan, [message]));
  return sending && { message: sending.messages[0] as Message, end: endOf(sending) };
}

/** Begins to send several messages. `undefined` where there is nothing to trace; never throws. */
export function openBatchProduction<Message>(
  plan: ProducerPlan<Message>,
  messages: readonly Message[],
): BatchProduction<Message> | undefined {
  if (!isTracingSetUp()) return undefined;
  const sending = guard('preparing messages', undefined, () => prepare(plan, messages, messages.length));
  return sending && { messages: sending.messages, end: endOf(sending) };
}

function endOf({ open }: Sending<unknown>): Pending['end'] {
  return (...thrown) => {
    if (open === undefined) return;
    if (thrown.length === 0) endSpan(open);
    else failSpan(open, thrown[0]);
  };
}

interface Sending<Message> {
  readonly messages: readonly Message[];
  /** Absent where the messages are sent without a span. */
  readonly open: OpenSpan | undefined;
}

function prepare<Message>(
  plan: ProducerPlan<Message>,
  messages: readonly Message[],
  batchSize?: number,
): Sending<Message> {
  const { carrier, destination, operation = 'send', keepsClientSpans = false } = plan;
  const active = context.active();
  if (isTracingOff(active)) return { messages, open: undefined };
  const own = messages.map((message) => ownContextOf(message, carrier, active));
  const links = own.flatMap((each): Link[] => (each === undefined ? [] : [{ context: each }]));
  const facts = describeOperation(destination, operation, 'send');
  const [first] = messages;
  const open = openMessageSpan({
    name: facts.name,
    kind: links.length < messages.length ? SpanKind.PRODUCER : SpanKind.CLIENT,
    parent: active,
    attributes: {
      ...facts.attributes,
      ...(batchSize !== undefined && { 'messaging.batch.message_count': batchSize }),
      ...(batchSize === undefined && first !== undefined && plan.attributes?.(first)),
    },
    links,
    measure({ operationDuration, sentMessages }, seconds, attributes) {
      operationDuration.record(seconds, attributes);
      sentMessages.add(messages.length, attributes);
    },
  });
  const inSpan = open?.context ?? active;
  const sent =
    trace.getSpanContext(inSpan) === undefined
      ? messages
      : messages.map((message, index) =>
          own[index] === undefined ? withContext(message, carrier, destination, inSpan) : message,
        );
  if (open === undefined) return { messages: sent, open };
  return { messages: sent, open: keepsClientSpans ? open : { ...open, context: withoutTracing(open.context) } };
}
