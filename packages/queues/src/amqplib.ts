import { guard, readProperty } from '@clew/diagnostics';

import { replaceOnce } from './replace-once.ts';
import type { ChannelSettings, RabbitTemplate } from './rabbitmq/channel-settings.ts';
import { traceConsuming } from './rabbitmq/consume-method.ts';
import { traceGetting } from './rabbitmq/get-method.ts';
import { openDeliveries } from './rabbitmq/open-deliveries.ts';
import { tracePublishing } from './rabbitmq/publish-method.ts';
import { traceSettling } from './rabbitmq/settle-methods.ts';
import type { Relation } from './relation.ts';
import { markTraced } from './traced-mark.ts';

/** How the messages of a channel are traced. */
export interface TracedChannelOptions {
  /** How the span of a handler relates to the message's sender. Default: `auto`. */
  readonly relation?: Relation | undefined;
  /** Age beyond which `auto` makes a link: milliseconds. Default: an hour. */
  readonly maxParentAgeMillis?: number | undefined;
  /**
   * How long a message may wait to be settled before its span ends as failed: milliseconds. Default, also for what is
   * not above 0: half an hour, after which RabbitMQ closes the channel.
   */
  readonly maxSettleMillis?: number | undefined;
  /** Makes spans of `ack`, `nack` and `reject`. Default: false. */
  readonly settleSpans?: boolean | undefined;
  /** For routing keys that are made of ids: the name that stands on spans, such as `orders:{id}`. */
  readonly template?: RabbitTemplate | undefined;
}

const MAX_SETTLE_MILLIS = 1_800_000;

/**
 * Traces what is sent and received on a channel of amqplib, of either of its APIs: `publish`, `sendToQueue`, `consume`,
 * `get`, and the settling of messages. Returns the same channel. One that another instrumentation traces is left alone.
 *
 * @example
 * const channel = tracedChannel(await connection.createChannel());
 */
export function tracedChannel<Channel extends object>(channel: Channel, options: TracedChannelOptions = {}): Channel {
  guard('tracing a channel of amqplib', undefined, () => {
    if (!markTraced(channel, 'amqplib', ['publish', 'consume'])) return;
    const { maxSettleMillis = MAX_SETTLE_MILLIS } = options;
    traceMethods(channel, {
      relation: options.relation,
      maxParentAgeMillis: options.maxParentAgeMillis,
      maxSettleMillis: maxSettleMillis > 0 ? maxSettleMillis : MAX_SETTLE_MILLIS,
      settleSpans: options.settleSpans ?? false,
      template: options.template,
      server: () => serverOf(channel),
    });
  });
  return channel;
}

function traceMethods(channel: object, settings: ChannelSettings): void {
  const deliveries = openDeliveries(settings.maxSettleMillis);
  tracePublishing(channel, settings);
  traceConsuming(channel, settings, deliveries);
  traceGetting(channel, settings);
  traceSettling(channel, settings, deliveries);
  // Every channel ends by it, whoever closes it. A listener would be one more than the application knows of.
  replaceOnce(channel, 'toClosed', (toClosed) => {
    return function (...args) {
      guard('the end of a channel', undefined, () => deliveries.end());
      return Reflect.apply(toClosed, this, args);
    };
  });
}

/** The host as the application named it, or its address. */
function serverOf(channel: object): ReturnType<ChannelSettings['server']> {
  const socket = readProperty(readProperty(channel, 'connection'), 'stream');
  const address = readProperty(socket, '_host') ?? readProperty(socket, 'remoteAddress');
  const port = readProperty(socket, 'remotePort');
  return typeof address === 'string' ? { address, port: typeof port === 'number' ? port : undefined } : undefined;
}
