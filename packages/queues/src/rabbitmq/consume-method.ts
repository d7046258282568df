import { guard } from '@clew/diagnostics';

import { openConsumption, type ConsumerPlan, type Consumption } from '../consuming.ts';
import type { Destination } from '../destination.ts';
import { isTracingSetUp } from '../message-span.ts';
import { replaceOnce } from '../replace-once.ts';
import { runUnheeded, type Ended } from '../run-followed.ts';
import type { ChannelSettings } from './channel-settings.ts';
import type { OpenDeliveries } from './open-deliveries.ts';
import { rabbitDestinations } from './rabbit-destinations.ts';
import { rabbitAttributes, rabbitDelivery, rabbitMessage, type RabbitMessage } from './rabbit-message.ts';

type Handler = (this: unknown, message: RabbitMessage | null, ...more: unknown[]) => unknown;

/** Traces `consume`: each message is handled in a span, until it is settled where that is the application's to do. */
export function traceConsuming(channel: object, settings: ChannelSettings, deliveries: OpenDeliveries): void {
  replaceOnce(channel, 'consume', (consume) => {
    return function (...args) {
      const [queue, handler, options] = args as [unknown, unknown, { noAck?: unknown } | undefined];
      if (typeof handler !== 'function') return Reflect.apply(consume, this, args);
      const planFor = rabbitDestinations(settings, (destination) => planOf(destination, settings));
      const isSettledByBroker = Boolean(options?.noAck);
      const traced = tracedHandler(handler as Handler, (message) => {
        const { exchange, routingKey, deliveryTag } = message.fields;
        const consumption = openConsumption(planFor(exchange, routingKey, String(queue)), message);
        if (consumption === undefined) return undefined;
        const isUnheeded = isSettledByBroker || consumption.open === undefined;
        const handled = isUnheeded ? consumption.end : deliveries.open(deliveryTag, consumption);
        return { consumption, handled };
      });
      return Reflect.apply(consume, this, [queue, traced, ...args.slice(2)]);
    };
  });
}

function planOf(destination: Destination, settings: ChannelSettings): ConsumerPlan<RabbitMessage> {
  const { relation, maxParentAgeMillis } = settings;
  return {
    destination,
    carrier: rabbitMessage,
    relation,
    maxParentAgeMillis,
    attributes: rabbitAttributes,
    delivery: rabbitDelivery,
  };
}

/** The handler, with the context of its message around it. The `null` of a consumer that was cancelled is no message. */
function tracedHandler(
  handler: Handler,
  open: (message: RabbitMessage) => { consumption: Consumption; handled: Ended } | undefined,
): Handler {
  return function (message, ...more) {
    const opened =
      message === null || !isTracingSetUp()
        ? undefined
        : guard('receiving a message of amqplib', undefined, () => open(message));
    if (opened === undefined) return Reflect.apply(handler, this, [message, ...more]);
    const { consumption, handled } = opened;
    // amqplib ignores what it returns.
    const call = () => Reflect.apply(handler, this, [message, ...more]);
    return runUnheeded(consumption.context, handler, call, handled);
  };
}
