import { guard } from '@clew/diagnostics';

import { replaceOnce } from '../replace-once.ts';
import { settling, type SettlePlan } from '../settling.ts';
import type { ChannelSettings } from './channel-settings.ts';
import type { OpenDeliveries, Refusal } from './open-deliveries.ts';
import { rabbitDestinations } from './rabbit-destinations.ts';
import { rabbitMessage, type RabbitMessage } from './rabbit-message.ts';

/** Methods that settle the messages that they are given, and all before it if their second argument says so. */
const OF_ONE: readonly (readonly [name: string, canBeAll: boolean, refusal?: Refusal])[] = [
  ['ack', true],
  ['nack', true, 'nack'],
  ['reject', false, 'reject'],
];
/** Methods that settle all that are there. */
const OF_ALL: readonly (readonly [name: string, refusal?: Refusal])[] = [['ackAll'], ['nackAll', 'nack']];

/** Traces the methods that settle messages: they end the spans of those that are being handled. */
export function traceSettling(channel: object, settings: ChannelSettings, deliveries: OpenDeliveries): void {
  const inSpan = settings.settleSpans ? settlesInSpan(settings) : undefined;
  for (const [name, canBeAll, refusal] of OF_ONE) {
    replaceOnce(channel, name, (method) => {
      return function (...args) {
        const [message, isAll] = args as [RabbitMessage, unknown];
        const settle = () => Reflect.apply(method, this, args);
        const result = inSpan === undefined ? settle() : inSpan(name, [message], settle);
        guard('a settled message', undefined, () => {
          deliveries.settle(message.fields.deliveryTag, canBeAll && Boolean(isAll), refusal);
        });
        return result;
      };
    });
  }
  for (const [name, refusal] of OF_ALL) {
    replaceOnce(channel, name, (method) => {
      return function (...args) {
        const settle = () => Reflect.apply(method, this, args);
        const result = inSpan === undefined ? settle() : inSpan(name, [], settle);
        guard('settled messages', undefined, () => deliveries.settle(0, true, refusal));
        return result;
      };
    });
  }
}

type SettleInSpan = (name: string, messages: readonly RabbitMessage[], settle: () => unknown) => unknown;

function settlesInSpan(settings: ChannelSettings): SettleInSpan {
  const destinationOf = rabbitDestinations(settings, (destination) => destination);
  return (operation, messages, settle) => {
    const { exchange = '', routingKey = '' } = messages[0]?.fields ?? {};
    const plan: SettlePlan<RabbitMessage> = {
      destination: destinationOf(exchange, routingKey),
      carrier: rabbitMessage,
      operation,
    };
    return settling(plan, messages, settle);
  };
}
