import { guard } from '@clew/diagnostics';
import { overrideMethod } from '@clew/spans/internal';

import { runConsumption } from '../consuming.ts';
import { followLoop } from '../follow-loop.ts';
import { runUnheeded } from '../run-followed.ts';
import { openMessage, type MessageSource, type ReceivedMessage } from './received-message.ts';

/** A subscription, or the messages of a consumer of JetStream. */
export interface Messages<Message> {
  [Symbol.asyncIterator](): AsyncIterator<Message>;
}

interface Loop {
  readonly source: MessageSource;
  iterate(): AsyncIterator<ReceivedMessage>;
}

// The handler form finds here what another copy of this module may have traced.
const LOOP: unique symbol = Symbol.for('clew.nats.loop') as never;

/** Traces the `for await` loop over messages. */
export function traceLoop<Iterable extends object>(messages: Iterable, source: MessageSource): Iterable {
  guard('tracing a loop over messages of NATS', undefined, () => {
    if (LOOP in messages) return;
    overrideMethod(messages, Symbol.asyncIterator, (iterate) => {
      const loop: Loop = {
        source,
        iterate: () => Reflect.apply(iterate, messages, []) as AsyncIterator<ReceivedMessage>,
      };
      Object.defineProperty(messages, LOOP, { value: loop });
      return function (...args) {
        const iterator = Reflect.apply(iterate, this, args) as AsyncIterator<ReceivedMessage>;
        followLoop(iterator, (message) => openMessage(source, message), source.options.loopContext ?? 'safe');
        return iterator;
      };
    });
  });
  return messages;
}

/** Makes of a callback one that handles each message in a consumer span. */
export function tracedCallback(callback: unknown, position: number, source: MessageSource): unknown {
  if (typeof callback !== 'function') return callback;
  return function (this: unknown, ...args: unknown[]) {
    const call = () => Reflect.apply(callback, this, args) as unknown;
    const message = args[position];
    const hasFailed = position > 0 && args[0] !== null && args[0] !== undefined;
    if (hasFailed || typeof message !== 'object' || message === null) return call();
    const consumption = openMessage(source, message as ReceivedMessage);
    return consumption === undefined ? call() : runUnheeded(consumption.context, callback, call, consumption.end);
  };
}

/**
 * Handles the messages of a subscription, or of a consumer of JetStream, one after the other, each in its context: the
 * first one too, which a `for await` loop cannot do. Ends when there are no more; a handler that fails ends it with its error.
 *
 * @example
 * await forEachMessage(connection.subscribe('orders'), async (message) => handle(message.json()));
 */
export async function forEachMessage<Message>(
  messages: Messages<Message>,
  handler: (message: Message) => unknown,
): Promise<void> {
  const loop = (messages as { [LOOP]?: Loop })[LOOP];
  if (loop === undefined) {
    for await (const message of messages) await handler(message);
    return;
  }
  const untraced = { [Symbol.asyncIterator]: () => loop.iterate() };
  for await (const message of untraced) {
    await runConsumption(openMessage(loop.source, message), () => handler(message as Message));
  }
}
