import { guard, readProperty } from '@clew/diagnostics';
import { replaceMethod } from '@clew/spans/internal';

import { copyWith } from '../carriers/copy-with.ts';
import { isTracingSetUp } from '../message-span.ts';
import { isApplicationSubject, natsDestination, type NatsClient } from './nats-destination.ts';
import { optionsOf } from './nats-options.ts';
import type { MessageSource } from './received-message.ts';
import { headersIn, sendMessage, takesHeaders, withHeaders, type NatsSend } from './sent-message.ts';
import { traceLoop, tracedCallback } from './trace-messages.ts';

/**
 * Traces JetStream on a connection that `tracedNats` was given: what is published, and what its consumers consume and
 * fetch by callback or `for await`, acknowledge and reject.
 *
 * @returns the same client
 * @example
 * const js = tracedJetStream(jetstream(connection));
 */
export function tracedJetStream<JetStream extends object>(jetStream: JetStream): JetStream {
  return guard('tracing JetStream', jetStream, () => {
    tracePublishing(jetStream);
    const consumers = readProperty(jetStream, 'consumers') as Record<string, Method>;
    for (const name of ['get', 'getPushConsumer', 'getBoundPushConsumer', 'getConsumerFromInfo']) {
      replaceMethod(consumers, name, (get) => handsOut(get, traceConsumer));
    }
    return jetStream;
  });
}

type Method = (this: object, ...args: unknown[]) => unknown;

/** Replaces `publish` of a client of JetStream, or of their class. */
export function tracePublishing(owner: object): void {
  replaceMethod(
    owner as Record<string, Method>,
    'publish',
    (publish) =>
      function (...args) {
        const call = () => Reflect.apply(publish, this, args);
        const send = guard('preparing a message of JetStream', undefined, () => sendOf(this, args));
        if (send === undefined) return call();
        return sendMessage(send, (headers) => {
          if (headers === undefined) return call();
          const [subject, payload, options] = args;
          return Reflect.apply(publish, this, [subject, payload, withHeaders(options, headers)]);
        });
      },
  );
}

function sendOf(jetStream: object, [subject, payload, callOptions]: unknown[]): NatsSend | undefined {
  const client = readProperty(jetStream, 'nc') as NatsClient;
  const isTraced = isTracingSetUp() && isApplicationSubject(subject) && takesHeaders(callOptions);
  const options = isTraced ? optionsOf(client) : undefined;
  if (options === undefined) return undefined;
  const destination = natsDestination(client, { subject: subject as string }, options);
  return { options, destination, operation: 'publish', message: { client, payload, headers: headersIn(callOptions) } };
}

/** Replaces the methods of a consumer, or of a class of consumers. */
export function traceConsumer(owner: object): void {
  const methods = owner as Record<string, Method>;
  let isWithinNext = false;
  for (const name of ['consume', 'fetch']) {
    replaceMethod(
      methods,
      name,
      (original) =>
        function (...args) {
          const source = isWithinNext ? undefined : sourceOf(this);
          return source === undefined ? Reflect.apply(original, this, args) : consume(this, original, args, source);
        },
    );
  }
  // It fetches one message in a loop of its own, which says nothing of how long that is handled.
  replaceMethod(
    methods,
    'next',
    (next) =>
      function (...args) {
        isWithinNext = true;
        try {
          return Reflect.apply(next, this, args);
        } finally {
          isWithinNext = false;
        }
      },
  );
}

function consume(consumer: object, original: Method, args: unknown[], source: MessageSource): unknown {
  const [options, ...others] = args as [{ callback?: unknown } | undefined];
  const callback = tracedCallback(options?.callback, 0, source);
  if (options !== undefined && callback !== undefined) {
    return Reflect.apply(original, consumer, [copyWith(options, 'callback', callback), ...others]);
  }
  return Reflect.apply(
    handsOut(original, (messages) => traceLoop(messages, source)),
    consumer,
    args,
  );
}

/** Does something with the object that a method returns or promises. */
function handsOut(method: Method, use: (object: object) => void): Method {
  return function (...args) {
    const result = Reflect.apply(method, this, args);
    const take = (value: unknown) => {
      if (typeof value === 'object' && value !== null)
        guard('tracing a consumer of JetStream', undefined, () => use(value));
      return value;
    };
    return result instanceof Promise ? result.then(take) : take(result);
  };
}

function sourceOf(consumer: object): MessageSource | undefined {
  return guard('reading a consumer of JetStream', undefined, () => {
    const client = readProperty(readProperty(consumer, 'api'), 'nc') as NatsClient | undefined;
    const options = client && optionsOf(client);
    const group = readProperty(consumer, 'name');
    if (client === undefined || options === undefined) return undefined;
    return { client, options, group: typeof group === 'string' ? group : undefined };
  });
}
