import { context, SpanKind, trace, type Attributes, type Context, type Link } from '@opentelemetry/api';
import { guard, reportFailure } from '@clew/diagnostics';
import { runInOpenSpan, type OpenSpan } from '@clew/spans/internal';

import type { Carrier } from './carriers/carrier.ts';
import { describeOperation, type Destination } from './destination.ts';
import { endMessageSpan, endsUnnoticed, isTracingSetUp, openMessageSpan } from './message-span.ts';
import { ownContextOf, withContext } from './sent-context.ts';
import { isTracingOff, withoutTracing } from './suppressed.ts';

/** A way to send messages of one kind. */
export interface ProducerPlan<Message> {
  readonly destination: Destination;
  readonly carrier: Carrier<Message>;
  /** Name that the client has for the operation. Default: `send`. */
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
  const sending = isTracingSetUp() ? prepareOne(plan, message) : undefined;
  if (sending === undefined) return send(message);
  return runSending(sending, send, sending.message);
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
  const sending = guard('preparing messages', undefined, () => prepare(plan, messages));
  if (sending === undefined) return send(messages);
  return runSending(sending, send, sending.messages);
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
  const sending = prepareOne(plan, message);
  return sending && { message: sending.message, end: endOf(sending.open) };
}

/** Begins to send several messages. `undefined` where there is nothing to trace; never throws. */
export function openBatchProduction<Message>(
  plan: ProducerPlan<Message>,
  messages: readonly Message[],
): BatchProduction<Message> | undefined {
  if (!isTracingSetUp()) return undefined;
  const sending = guard('preparing messages', undefined, () => prepare(plan, messages));
  return sending && { messages: sending.messages, end: endOf(sending.open) };
}

function endOf(open: OpenSpan | undefined): Pending['end'] {
  return open === undefined ? endNothing : (...thrown) => endMessageSpan(open, thrown);
}

function endNothing(): void {}

interface Sending {
  /** Absent where the messages are sent without a span, or nobody waits for its end. */
  readonly open: OpenSpan | undefined;
  /** In which the client sends, where that is not the active one. */
  readonly context: Context | undefined;
}

/** Sends what was prepared, in its span and in the context for the client. */
function runSending<Sent, Result>(sending: Sending, send: (sent: Sent) => Result, sent: Sent): Result {
  if (sending.open !== undefined) return runInOpenSpan(sending.open, () => send(sent));
  return sending.context === undefined ? send(sent) : context.with(sending.context, send, undefined, sent);
}

/** The way of nearly all messages: it makes no lists. `undefined` where it fails. */
function prepareOne<Message>(
  plan: ProducerPlan<Message>,
  message: Message,
): (Sending & { message: Message }) | undefined {
  try {
    const { carrier, destination } = plan;
    const active = context.active();
    if (isTracingOff(active)) return { message, open: undefined, context: undefined };
    const own = ownContextOf(message, carrier, active);
    const links = own === undefined ? NO_LINKS : [{ context: own }];
    const send = { active, links, hasOwn: own !== undefined, count: 1 };
    const open = openSend(plan, send, plan.attributes && (() => plan.attributes?.(message)));
    const inSpan = open?.context ?? active;
    const isInjected = own === undefined && trace.getSpanContext(inSpan) !== undefined;
    return {
      message: isInjected ? withContext(message, carrier, destination, inSpan) : message,
      ...forClient(plan, open),
    };
  } catch (error) {
    reportFailure('preparing a message', error);
    return undefined;
  }
}

const NO_LINKS: readonly Link[] = [];

function prepare<Message>(
  plan: ProducerPlan<Message>,
  messages: readonly Message[],
): Sending & { messages: readonly Message[] } {
  const { carrier, destination } = plan;
  const active = context.active();
  if (isTracingOff(active)) return { messages, open: undefined, context: undefined };
  const own = messages.map((message) => ownContextOf(message, carrier, active));
  const links = own.flatMap((each): Link[] => (each === undefined ? [] : [{ context: each }]));
  const count = messages.length;
  const open = openSend(plan, { active, links, hasOwn: links.length === count, count }, () => ({
    'messaging.batch.message_count': count,
  }));
  const inSpan = open?.context ?? active;
  const sent =
    trace.getSpanContext(inSpan) === undefined
      ? messages
      : messages.map((message, index) =>
          own[index] === undefined ? withContext(message, carrier, destination, inSpan) : message,
        );
  return { messages: sent, ...forClient(plan, open) };
}

/** The part of a plan that knows no messages. */
type PlanFacts = Pick<ProducerPlan<never>, 'destination' | 'operation' | 'keepsClientSpans'>;

interface Send {
  readonly active: Context;
  readonly links: readonly Link[];
  /** Whether all messages have a context of the application's. */
  readonly hasOwn: boolean;
  readonly count: number;
}

function openSend(
  { destination, operation = 'send' }: PlanFacts,
  { active, links, hasOwn, count }: Send,
  ownAttributes: (() => Attributes | undefined) | undefined,
): OpenSpan | undefined {
  const facts = describeOperation(destination, operation, 'send');
  return openMessageSpan({
    name: facts.name,
    kind: hasOwn ? SpanKind.CLIENT : SpanKind.PRODUCER,
    parent: active,
    attributes: facts.attributes,
    ...(ownAttributes !== undefined && { ownAttributes }),
    links,
    measure({ operationDuration, sentMessages }, seconds, measured) {
      operationDuration.record(seconds, measured);
      sentMessages.add(count, measured);
    },
  });
}

/** The span, with the context in which the client sends. */
function forClient({ keepsClientSpans = false }: PlanFacts, open: OpenSpan | undefined): Sending {
  if (open === undefined) return NOTHING_OPEN;
  const inSpan = keepsClientSpans ? open.context : withoutTracing(open.context);
  if (endsUnnoticed(open)) return { open: undefined, context: inSpan };
  return { open: keepsClientSpans ? open : Object.assign(open, { context: inSpan }), context: inSpan };
}

const NOTHING_OPEN: Sending = { open: undefined, context: undefined };
