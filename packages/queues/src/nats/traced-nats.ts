import { guard } from '@clew/diagnostics';
import { replaceMethod } from '@clew/spans/internal';

import { copyWith } from '../carriers/copy-with.ts';
import { isTracingSetUp } from '../message-span.ts';
import { isApplicationSubject, isInbox, natsDestination, type NatsClient } from './nats-destination.ts';
import { optionsOf, setOptions, type FindOptions, type NatsOptions } from './nats-options.ts';
import { headersIn, sendMessage, takesHeaders, withHeaders, type NatsSend } from './sent-message.ts';
import { traceLoop, tracedCallback } from './trace-messages.ts';

/**
 * Traces a connection to NATS: `publish`, `request`, `requestMany`, and what subscriptions by callback or `for await`
 * receive and answer.
 *
 * @returns the same connection
 * @example
 * const connection = tracedNats(await connect(), { headers });
 */
export function tracedNats<Connection extends object>(connection: Connection, options: NatsOptions): Connection {
  return guard('tracing a connection to NATS', connection, () => {
    traceConnection(connection, () => options);
    return connection;
  });
}

type Method = (this: NatsClient, ...args: unknown[]) => unknown;

/** Methods that send, and the options of the client where none are given. */
const SENDS: Readonly<Record<string, object>> = {
  publish: {},
  request: { timeout: 1000, noMux: false },
  requestMany: { maxWait: 1000, maxMessages: -1 },
};

/** Replaces the methods of a connection, or of the class of connections. */
export function traceConnection(owner: object, find: FindOptions): void {
  setOptions(owner, find);
  const methods = owner as Record<string, Method>;
  for (const [operation, noOptions] of Object.entries(SENDS)) {
    replaceMethod(methods, operation, (original) => tracedSend(original, operation, noOptions));
  }
  replaceMethod(methods, 'subscribe', tracedSubscribe);
}

function tracedSend(original: Method, operation: string, noOptions: object): Method {
  return function (...args) {
    const call = () => Reflect.apply(original, this, args);
    const send = guard('preparing a message of NATS', undefined, () => sendOf(this, operation, args));
    if (send === undefined) return call();
    return sendMessage(send, (headers) => {
      if (headers === undefined) return call();
      const [subject, payload, options = noOptions] = args;
      return Reflect.apply(original, this, [subject, payload, withHeaders(options, headers)]);
    });
  };
}

function sendOf(
  client: NatsClient,
  operation: string,
  [subject, payload, callOptions]: unknown[],
): NatsSend | undefined {
  const isTraced = isTracingSetUp() && isApplicationSubject(subject) && takesHeaders(callOptions);
  const options = isTraced ? optionsOf(client) : undefined;
  if (options === undefined) return undefined;
  const destination = natsDestination(client, { subject: subject as string }, options);
  const message = { client, payload, headers: headersIn(callOptions) };
  return { options, destination, operation, message };
}

function tracedSubscribe(original: Method): Method {
  return function (...args) {
    const [pattern, callOptions] = args as [unknown, { callback?: unknown; queue?: string } | undefined];
    const options = optionsOf(this);
    // The client's own subscriptions, those of JetStream among them, are to inboxes.
    if (options === undefined || !isApplicationSubject(pattern) || isInbox(this, pattern)) {
      return Reflect.apply(original, this, args);
    }
    const source = { client: this, options, pattern, group: callOptions?.queue };
    if (typeof callOptions?.callback !== 'function') {
      return traceLoop(Reflect.apply(original, this, args) as object, source);
    }
    const callback = tracedCallback(callOptions.callback, 1, source);
    return Reflect.apply(original, this, [pattern, copyWith(callOptions, 'callback', callback)]);
  };
}
