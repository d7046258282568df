import type { Attributes } from '@opentelemetry/api';

import { amqpHeaders } from '../carriers/amqp-headers.ts';
import { fieldOf, type Carrier } from '../carriers/carrier.ts';
import { within } from '../carriers/within.ts';
import type { Delivery } from '../delivery.ts';

/** A message that was delivered, as far as it is read here. */
export interface RabbitMessage {
  readonly fields: {
    readonly deliveryTag: number;
    readonly exchange: string;
    readonly routingKey: string;
    readonly redelivered: boolean;
  };
  readonly properties: {
    readonly headers?: unknown;
    readonly messageId?: unknown;
    readonly correlationId?: unknown;
    readonly timestamp?: unknown;
  };
}

export const rabbitMessage: Carrier<RabbitMessage> = within('properties', within('headers', amqpHeaders)) as never;

/** The attributes of one message. */
export function rabbitAttributes({ fields, properties }: RabbitMessage): Attributes {
  const attributes = routingKeyOf(fields.routingKey);
  attributes['messaging.rabbitmq.message.delivery_tag'] = fields.deliveryTag;
  return addIds(attributes, properties);
}

/** Adds the ids of a message, or of the options by which one is published. */
export function addIds(attributes: Attributes, properties: unknown): Attributes {
  if (typeof properties !== 'object' || properties === null) return attributes;
  const { messageId, correlationId } = properties as RabbitMessage['properties'];
  if (typeof messageId === 'string') attributes['messaging.message.id'] = messageId;
  if (typeof correlationId === 'string') attributes['messaging.message.conversation_id'] = correlationId;
  return attributes;
}

export function routingKeyOf(routingKey: string): Attributes {
  return routingKey === '' ? {} : { 'messaging.rabbitmq.destination.routing_key': routingKey };
}

/** Headers of the broker tell what came before; the time is the publisher's, in seconds, where it gave one. */
export function rabbitDelivery({ fields, properties: { headers, timestamp } }: RabbitMessage): Delivery {
  const earlier = fieldOf(headers, 'x-delivery-count'); // of quorum queues
  const delay = fieldOf(headers, 'x-delay'); // of the plugin for delayed messages, which turns its sign
  return {
    enqueuedAt: millisOf(fieldOf(headers, 'timestamp_in_ms')) ?? secondsInMillis(timestamp),
    delayMillis: typeof delay === 'number' ? Math.abs(delay) : undefined,
    attempt: typeof earlier === 'number' ? earlier + 1 : undefined,
    isRedelivered: fields.redelivered || undefined,
    deadLetterReason: deathOf(headers),
  };
}

/** The reason of the last death is that of the first entry. */
function deathOf(headers: unknown): string | undefined {
  const deaths = fieldOf(headers, 'x-death');
  const reason: unknown = Array.isArray(deaths) ? fieldOf(deaths[0], 'reason') : undefined;
  return typeof reason === 'string' ? reason : undefined;
}

const millisOf = (value: unknown) => (typeof value === 'number' ? value : undefined);

/** A timestamp is in seconds; many publishers set it by `Date.now()`. */
function secondsInMillis(value: unknown): number | undefined {
  if (typeof value !== 'number') return undefined;
  return value < LATEST_SECOND ? value * 1000 : value;
}

const LATEST_SECOND = 1e11; // in the year 5138; as milliseconds in 1973
