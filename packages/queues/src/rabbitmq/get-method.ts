import { context } from '@opentelemetry/api';

import type { Destination } from '../destination.ts';
import { openReception, type ReceivePlan, type Reception } from '../receiving.ts';
import { replaceOnce } from '../replace-once.ts';
import type { ChannelSettings } from './channel-settings.ts';
import { rabbitDestinations } from './rabbit-destinations.ts';
import { rabbitAttributes, rabbitMessage, type RabbitMessage } from './rabbit-message.ts';

type Callback = (this: unknown, error: unknown, message: unknown) => unknown;

/** Traces `get`, which answers by a promise in the one API and by a callback in the other. */
export function traceGetting(channel: object, settings: ChannelSettings): void {
  const planFor = rabbitDestinations(settings, planOf);
  replaceOnce(channel, 'get', (get) => {
    return function (...args) {
      const [queue, options, callback] = args;
      const reception = typeof queue === 'string' ? openReception(planFor('', queue, queue)) : undefined;
      if (reception === undefined) return Reflect.apply(get, this, args);
      if (typeof callback === 'function') {
        return Reflect.apply(get, this, [queue, options, onAnswer(callback as Callback, reception)]);
      }
      const result = Reflect.apply(get, this, args);
      return result instanceof Promise ? followAnswer(result, reception) : result;
    };
  });
}

function planOf(destination: Destination): ReceivePlan<RabbitMessage> {
  return { destination, carrier: rabbitMessage, operation: 'get', attributes: rabbitAttributes };
}

function onAnswer(callback: Callback, reception: Reception<RabbitMessage>): Callback {
  const active = context.active();
  return function (error, message) {
    if (error) reception.fail(error);
    else answer(reception, message);
    return context.with(active, callback, this, error, message);
  };
}

function followAnswer(result: Promise<unknown>, reception: Reception<RabbitMessage>): Promise<unknown> {
  return result.then(
    (message) => {
      answer(reception, message);
      return message;
    },
    (error: unknown) => {
      reception.fail(error);
      throw error;
    },
  );
}

/** An empty queue answers `false`. */
function answer(reception: Reception<RabbitMessage>, message: unknown): void {
  reception.end(message ? [message as RabbitMessage] : []);
}
