import { context, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import { guard, readProperty } from '@clew/diagnostics';
import { replaceMethod } from '@clew/spans/internal';

import { fieldOf, type Carrier } from '../carriers/carrier.ts';
import { natsHeaders, type NatsHeaders } from '../carriers/nats-headers.ts';
import { openConsumption, type Consumption, type ConsumerPlan } from '../consuming.ts';
import type { Delivery } from '../delivery.ts';
import { isTracingSetUp } from '../message-span.ts';
import { settling } from '../settling.ts';
import { natsDestination, type NatsClient } from './nats-destination.ts';
import type { NatsOptions } from './nats-options.ts';
import { headersIn, sendMessage, takesHeaders, withHeaders } from './sent-message.ts';

/** A message that came, of core NATS or of JetStream. */
export interface ReceivedMessage {
  readonly subject: string;
  readonly headers?: NatsHeaders | undefined;
}

/** Where messages come from. */
export interface MessageSource {
  readonly client: NatsClient;
  readonly options: NatsOptions;
  /** The subject that was subscribed to, perhaps with wildcards. */
  readonly pattern?: string | undefined;
  /** Queue group, or consumer of JetStream. */
  readonly group?: string | undefined;
}

interface Handled {
  readonly source: MessageSource;
  readonly consumption: Consumption;
}

// Of the messages whose spans were opened here. A second copy of this module has messages of its own.
const handled = new WeakMap<object, Handled>();

/** Begins to handle a message. `undefined` where there is nothing to trace; never throws. */
export function openMessage(source: MessageSource, message: ReceivedMessage): Consumption | undefined {
  if (!isTracingSetUp()) return undefined;
  return guard('receiving a message of NATS', undefined, () => {
    const consumption = openConsumption(planOf(source, message), message);
    if (consumption === undefined) return undefined;
    if (canBeAnswered(message)) {
      handled.set(message, { source, consumption });
      traceAnswers(Object.getPrototypeOf(message) as Answering);
    }
    return consumption;
  });
}

/** Most messages of core NATS cannot: they name no subject for a reply. */
function canBeAnswered(message: ReceivedMessage): boolean {
  return 'ack' in message || Boolean(readProperty(message, 'reply'));
}

function planOf(source: MessageSource, message: ReceivedMessage): ConsumerPlan<ReceivedMessage> {
  const { client, options, pattern, group } = source;
  const { relation, maxParentAgeMillis } = options;
  return {
    destination: natsDestination(client, { subject: message.subject, pattern, group }, options),
    carrier: receivedCarrier,
    relation,
    maxParentAgeMillis,
    delivery,
    attributes,
  };
}

/** Reading headers parses them, which throws for names that no client would send. */
function headersOf(message: ReceivedMessage): NatsHeaders | undefined {
  return readProperty(message, 'headers') as NatsHeaders | undefined;
}

const ofHeaders = natsHeaders(() => {
  throw new TypeError('what was received is not changed');
});

const receivedCarrier: Carrier<ReceivedMessage> = {
  get: (message, name) => ofHeaders.get(headersOf(message), name),
  keys: (message) => ofHeaders.keys(headersOf(message)),
  set: (message) => message,
};

/** JetStream tells when a message was stored, and how often it was delivered; core NATS tells nothing. */
function delivery(message: ReceivedMessage): Delivery {
  const info = readProperty(message, 'info');
  const nanos = fieldOf(info, 'timestampNanos');
  const attempt = fieldOf(info, 'deliveryCount') ?? fieldOf(info, 'redeliveryCount');
  return {
    enqueuedAt: typeof nanos === 'number' ? Math.floor(nanos / 1e6) : undefined,
    attempt: typeof attempt === 'number' ? attempt : undefined,
  };
}

function attributes(message: ReceivedMessage): Attributes {
  const sequence = fieldOf(readProperty(message, 'info'), 'streamSequence');
  return typeof sequence === 'number' ? { 'messaging.message.id': String(sequence) } : {};
}

type Answer = (this: object, ...args: unknown[]) => unknown;
type Answering = Record<string, Answer>;

/** The ways to settle a message of JetStream, and whether one says that it failed. */
const SETTLES: Readonly<Record<string, boolean>> = { ack: false, ackAck: false, nak: true, term: true };

const answering = new WeakSet<object>(); // a cache; a second copy of this module has one of its own

/** Traces the answers to messages of one class; messages that were not opened here are answered as ever. */
function traceAnswers(messages: Answering): void {
  if (answering.has(messages)) return;
  answering.add(messages);
  for (const [name, isFailure] of Object.entries(SETTLES)) {
    replaceMethod(messages, name, (settle) => tracedSettle(name, isFailure, settle));
  }
  if (!('ack' in messages)) replaceMethod(messages, 'respond', tracedRespond);
}

function tracedSettle(operation: string, isFailure: boolean, settle: Answer): Answer {
  return function (...args) {
    const known = handled.get(this);
    const call = () => Reflect.apply(settle, this, args);
    if (known === undefined || readProperty(this, 'didAck') === true) return call();
    const { source, consumption } = known;
    if (isFailure) markFailed(consumption, operation);
    if (source.options.settleSpans !== true) return call();
    const { destination } = planOf(source, this as ReceivedMessage);
    const plan = { destination, carrier: receivedCarrier, operation };
    return within(consumption, () => settling(plan, [this as ReceivedMessage], call));
  };
}

function tracedRespond(respond: Answer): Answer {
  return function (payload, callOptions) {
    const known = handled.get(this);
    const reply = readProperty(this, 'reply');
    if (known === undefined || typeof reply !== 'string' || reply === '' || !takesHeaders(callOptions)) {
      return Reflect.apply(respond, this, [payload, callOptions]);
    }
    const { source, consumption } = known;
    const { client, options } = source;
    const destination = natsDestination(client, { subject: reply }, options);
    const message = { client, payload, headers: headersIn(callOptions) };
    return within(consumption, () =>
      sendMessage({ options, destination, operation: 'respond', message }, (headers) =>
        Reflect.apply(respond, this, [
          payload,
          headers === undefined ? callOptions : withHeaders(callOptions, headers),
        ]),
      ),
    );
  };
}

function markFailed({ open }: Consumption, type: string): void {
  guard('marking a message as failed', undefined, () =>
    open?.span.setStatus({ code: SpanStatusCode.ERROR, message: type }).setAttribute('error.type', type),
  );
}

/** Answers belong to the message, wherever they are given: in its context, unless a span of its trace is active. */
function within<Result>(consumption: Consumption, work: () => Result): Result {
  const active = trace.getSpanContext(context.active())?.traceId;
  const own = trace.getSpanContext(consumption.context)?.traceId;
  return active === own ? work() : context.with(consumption.context, work);
}
