import { askCallback } from '@clew/diagnostics';

import type { Destination } from '../destination.ts';
import type { ChannelSettings, RabbitTemplate } from './channel-settings.ts';

/** Finds the destination of an exchange and a routing key, and of the queue that messages came by. */
export type RabbitDestinations<Found> = (exchange: string, routingKey: string, queue?: string) => Found;

/** Routing keys may be made of ids: beyond this number of them they are found anew. */
const MAX_KNOWN = 1000;

/**
 * Keeps what is made of each destination of a channel, so that a message costs no more than looking it up.
 *
 * @param make is called once for each destination
 */
export function rabbitDestinations<Found>(
  { server, template }: ChannelSettings,
  make: (destination: Destination, routingKey: string) => Found,
): RabbitDestinations<Found> {
  const known = new Map<string, Map<string, Found>>();
  let size = 0;
  return (exchange, routingKey, queue) => {
    let byKey = known.get(exchange);
    const found = byKey?.get(routingKey);
    if (found !== undefined) return found;
    if (++size > MAX_KNOWN) {
      known.clear();
      byKey = undefined;
      size = 1;
    }
    if (byKey === undefined) known.set(exchange, (byKey = new Map<string, Found>()));
    const made = make({ ...nameOf(exchange, routingKey, queue, template), server: server() }, routingKey);
    byKey.set(routingKey, made);
    return made;
  };
}

const DIRECT_REPLY = 'amq.rabbitmq.reply-to';
const NAMED_BY_BROKER = /^amq\.(?:gen-|rabbitmq\.reply-to)/;

/** @see https://opentelemetry.io/docs/specs/semconv/messaging/rabbitmq/ */
function nameOf(
  exchange: string,
  routingKey: string,
  queue: string | undefined,
  template: RabbitTemplate | undefined,
): Destination {
  const isOfBroker = NAMED_BY_BROKER.test(queue ?? (exchange === '' ? routingKey : ''));
  const name = [exchange, routingKey, queue === routingKey ? '' : (queue ?? '')]
    .filter((part) => part !== '')
    .join(':');
  const named = askCallback('the template option of a channel', undefined, () => template?.(exchange, routingKey));
  const shown = named ?? (isOfBroker ? nameWithoutIds(exchange, routingKey) : undefined);
  return {
    system: 'rabbitmq',
    name: name === '' ? 'amq.default' : name,
    ...(shown !== undefined && { template: shown }),
    ...(isOfBroker && { isAnonymous: true, isTemporary: true }),
  };
}

/** A queue whose name the broker made up is known by the exchange that it is bound to, if by anything. */
function nameWithoutIds(exchange: string, routingKey: string): string | undefined {
  if (exchange !== '') return routingKey === '' ? exchange : `${exchange}:${routingKey}`;
  return routingKey.startsWith(DIRECT_REPLY) ? DIRECT_REPLY : undefined;
}
