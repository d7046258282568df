import { context } from '@opentelemetry/api';

import { openProduction, type ProducerPlan, type Production } from '../producing.ts';
import { replaceOnce } from '../replace-once.ts';
import type { ChannelSettings } from './channel-settings.ts';
import { publishOptions } from './publish-options.ts';
import { rabbitDestinations } from './rabbit-destinations.ts';
import { addIds, routingKeyOf } from './rabbit-message.ts';

/** Traces `publish`, by which `sendToQueue` sends too. On a channel with confirms the span ends with the broker's. */
export function tracePublishing(channel: object, settings: ChannelSettings): void {
  const hasConfirms = 'waitForConfirms' in channel;
  const planFor = rabbitDestinations(settings, planOf);
  replaceOnce(channel, 'publish', (publish) => {
    return function (...args) {
      const [exchange, routingKey, content, options, confirmed] = args;
      const isKnown = typeof exchange === 'string' && typeof routingKey === 'string';
      const production = isKnown ? openProduction(planFor(exchange, routingKey), options) : undefined;
      if (production === undefined) return Reflect.apply(publish, this, args);
      const { message } = production;
      try {
        if (hasConfirms) {
          return Reflect.apply(publish, this, [
            exchange,
            routingKey,
            content,
            message,
            onConfirm(production, confirmed),
          ]);
        }
        const result = Reflect.apply(publish, this, [exchange, routingKey, content, message]);
        production.end();
        return result;
      } catch (error) {
        production.end(error);
        throw error;
      }
    };
  });
}

function planOf(destination: ProducerPlan<unknown>['destination'], routingKey: string): ProducerPlan<unknown> {
  const ofDestination = routingKeyOf(routingKey);
  return {
    destination,
    carrier: publishOptions,
    operation: 'publish',
    keepsClientSpans: true, // there are none: the client only writes into its connection
    attributes: (options) => addIds({ ...ofDestination }, options),
  };
}

/** Ends the span by the broker's answer, and calls the application's callback where it published. */
function onConfirm(production: Production<unknown>, confirmed: unknown): (...args: unknown[]) => unknown {
  const active = context.active();
  return function (this: unknown, ...args) {
    if (args[0]) production.end(args[0]);
    else production.end();
    if (typeof confirmed !== 'function') return undefined;
    return context.with(active, confirmed as (...all: unknown[]) => unknown, this, ...args);
  };
}
