import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { askCallback, reportFailure } from '@clew/diagnostics';
import { lightContext, rejectSpan, runInOpenSpan, type OpenSpan } from '@clew/spans/internal';

import type { Carrier } from './carriers/carrier.ts';
import { deliveryAttributes, TIME_IN_QUEUE, type Delivery } from './delivery.ts';
import { describeOperation, type Destination } from './destination.ts';
import {
  endMessageSpan,
  endsUnnoticed,
  isTracingSetUp,
  openMessageSpan,
  type MessageSpanStart,
} from './message-span.ts';
import { receiveContext, withReceived, type ReceivedContext } from './received-context.ts';
import { MAX_PARENT_AGE_MILLIS, placeSpan, type Relation } from './relation.ts';
import { withTracing } from './suppressed.ts';

/** A way to handle messages of one kind. */
export interface ConsumerPlan<Message> {
  readonly destination: Destination;
  readonly carrier: Carrier<Message>;
  /** Default: `auto`. */
  readonly relation?: Relation | undefined;
  /** Age beyond which `auto` makes a link: milliseconds. Default: an hour. */
  readonly maxParentAgeMillis?: number | undefined;
  /** Name that the client has for the operation. Default: `process`. */
  readonly operation?: string | undefined;
  /** Name of the span. Default: operation and destination. */
  readonly name?: string | undefined;
  /** Attributes of one message, such as `messaging.message.id`. */
  attributes?(message: Message): Attributes;
  delivery?(message: Message): Delivery;
  /**
   * Whether messages are handled within work of the application, whose span then surrounds theirs. Clients that call a
   * handler themselves do so from wherever they were started, which says nothing. Default: false.
   */
  readonly isWithinWork?: boolean | undefined;
}

/**
 * Handles a message in a consumer span, whose context is active in the handler, and its baggage with it. Returns and
 * throws what the handler does. Nothing that stands on the message can make it throw, or keep the handler from running.
 */
export function consuming<Message, Result>(
  plan: ConsumerPlan<Message>,
  message: Message,
  handler: () => Result,
): Result {
  return isTracingSetUp() ? runConsumption(openConsumption(plan, message), handler) : handler();
}

/** Runs a handler in the context of its message, and ends the span when its work has ended. */
export function runConsumption<Result>(consumption: Consumption | undefined, handler: () => Result): Result {
  if (consumption === undefined) return handler();
  const { open } = consumption;
  return open === undefined ? context.with(consumption.context, handler) : runInOpenSpan(open, handler);
}

/** A message that is being handled, for clients in which its end is not that of a handler: it may be settled later. */
export interface Consumption {
  /** In which the message is to be handled. */
  readonly context: Context;
  /** Absent where no span is made, or one that records nothing. */
  readonly open: OpenSpan | undefined;
  /** Ends the span, as failed if an error is given. Further calls do nothing. */
  end(...thrown: [] | [error: unknown]): void;
  /** Ends the span as failed where nothing was thrown: the message was given back, or nobody settled it. */
  reject(errorType: string, message: string): void;
}

/**
 * Begins to handle a message. `undefined` where there is nothing to trace; never throws.
 *
 * @param batch the span of the batch that the message belongs to, which is then the parent
 */
export function openConsumption<Message>(
  plan: ConsumerPlan<Message>,
  message: Message,
  batch?: Span,
): Consumption | undefined {
  try {
    const active = plan.isWithinWork === true ? context.active() : ROOT_CONTEXT;
    const received = receiveContext(message, plan.carrier, plan.destination, withTracing(baseOf(active)));
    const open = openMessageSpan(startOf(plan, message, received, trace.getSpan(active), batch));
    // A sender that is not trusted is linked by the SDK where the span is a root, and has no say in whether it is kept.
    if (batch !== undefined && received.state === 'untrusted' && received.sender !== undefined) {
      open?.span.addLink({ context: received.sender });
    }
    const inSpan = withReceived(open?.context ?? received.context, received.sender);
    if (open === undefined || endsUnnoticed(open)) return { context: inSpan, open: undefined, ...NO_END };
    return {
      context: inSpan,
      open: Object.assign(open, { context: inSpan }),
      end: (...thrown: [] | [error: unknown]) => endMessageSpan(open, thrown),
      reject: (errorType: string, message: string) => rejectSpan(open, errorType, message),
    };
  } catch (error) {
    reportFailure('receiving a message', error);
    return undefined;
  }
}

const NO_END: Pick<Consumption, 'end' | 'reject'> = { end() {}, reject() {} };
const BASE = lightContext(ROOT_CONTEXT);

/** Context around the work, without its span and its baggage, which are not the message's. */
function baseOf(active: Context): Context {
  if (active === ROOT_CONTEXT) return BASE;
  return propagation.deleteBaggage(trace.deleteSpan(lightContext(active)));
}

function startOf<Message>(
  plan: ConsumerPlan<Message>,
  message: Message,
  received: ReceivedContext,
  around: Span | undefined,
  batch: Span | undefined,
): MessageSpanStart {
  const { relation = 'auto', maxParentAgeMillis = MAX_PARENT_AGE_MILLIS } = plan;
  const now = Date.now();
  const delivery = deliveryOf(plan, message);
  const ambient = around?.isRecording() === true ? around : undefined;
  const place = placeSpan(received, { relation, maxParentAgeMillis, delivery, ambient, now });
  const facts = describeOperation(plan.destination, plan.operation ?? 'process', 'process');
  return {
    name: plan.name ?? facts.name,
    kind: SpanKind.CONSUMER,
    parent: batch === undefined ? place.parent : trace.setSpan(received.context, batch),
    attributes: facts.attributes,
    ownAttributes: () => ({
      ...deliveryAttributes(delivery, now),
      ...askCallback('the attributes of a message', undefined, () => plan.attributes?.(message)),
      ...(received.state === 'invalid' && { 'clew.messaging.context': 'invalid' }),
    }),
    links: place.links,
    measure({ processDuration, consumedMessages, timeInQueue }, seconds, attributes) {
      processDuration.record(seconds, attributes);
      consumedMessages.add(1, attributes);
      const waited = deliveryAttributes(delivery, now)[TIME_IN_QUEUE];
      if (typeof waited === 'number') timeInQueue.record(waited, attributes);
    },
  };
}

const NO_DELIVERY: Delivery = {};

function deliveryOf<Message>(plan: ConsumerPlan<Message>, message: Message): Delivery {
  try {
    return plan.delivery?.(message) ?? NO_DELIVERY;
  } catch (error) {
    reportFailure('reading a delivery', error);
    return NO_DELIVERY;
  }
}
