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
import { guard } from '@clew/diagnostics';
import { rejectSpan, runInOpenSpan, type OpenSpan } from '@clew/spans/internal';

import type { Carrier } from './carriers/carrier.ts';
import { deliveryAttributes, TIME_IN_QUEUE, type Delivery } from './delivery.ts';
import { describeOperation, type Destination } from './destination.ts';
import { endMessageSpan, isTracingSetUp, openMessageSpan, type MessageSpanStart } from './message-span.ts';
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
  /** What the client calls it. Default: `process`. */
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
  /** Absent where no span is made. */
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
  return guard('receiving a message', undefined, () => {
    const active = plan.isWithinWork === true ? context.active() : ROOT_CONTEXT;
    const received = receiveContext(message, plan.carrier, plan.destination, withTracing(baseOf(active)));
    const open = openMessageSpan(startOf(plan, message, received, trace.getSpan(active), batch));
    // A sender that is not trusted is linked by the SDK where the span is a root, and has no say in whether it is kept.
    if (batch !== undefined && received.state === 'untrusted' && received.sender !== undefined) {
      open?.span.addLink({ context: received.sender });
    }
    const inSpan = withReceived(open?.context ?? received.context, received.sender);
    return {
      context: inSpan,
      open: open && Object.assign(open, { context: inSpan }),
      end: (...thrown: [] | [error: unknown]) => endMessageSpan(open, thrown),
      reject(errorType: string, message: string) {
        if (open !== undefined) rejectSpan(open, errorType, message);
      },
    };
  });
}

/** What surrounds the work, without its span and its baggage, which are not the message's. Contexts are dear to copy. */
function baseOf(active: Context): Context {
  if (active === ROOT_CONTEXT) return active;
  const withoutSpan = trace.getSpan(active) === undefined ? active : trace.deleteSpan(active);
  return propagation.getBaggage(active) === undefined ? withoutSpan : propagation.deleteBaggage(withoutSpan);
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
  const delivery = guard('reading a delivery', {}, () => plan.delivery?.(message) ?? {});
  const ambient = around?.isRecording() === true ? around : undefined;
  const place = placeSpan(received, { relation, maxParentAgeMillis, delivery, ambient, now });
  const facts = describeOperation(plan.destination, plan.operation ?? 'process', 'process');
  const ofDelivery = deliveryAttributes(delivery, now);
  return {
    name: plan.name ?? facts.name,
    kind: SpanKind.CONSUMER,
    parent: batch === undefined ? place.parent : trace.setSpan(received.context, batch),
    attributes: {
      ...facts.attributes,
      ...ofDelivery,
      ...guard('the attributes of a message', undefined, () => plan.attributes?.(message)),
      ...(received.state === 'invalid' && { 'clew.messaging.context': 'invalid' }),
    },
    links: place.links,
    measure({ processDuration, consumedMessages, timeInQueue }, seconds, attributes) {
      processDuration.record(seconds, attributes);
      consumedMessages.add(1, attributes);
      const waited = ofDelivery[TIME_IN_QUEUE];
      if (typeof waited === 'number') timeInQueue.record(waited, attributes);
    },
  };
}
