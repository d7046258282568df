import type { Attributes } from '@opentelemetry/api';

/** The queue, topic or subject of messages, and what else all messages of one client have in common. */
export interface Destination {
  /** `messaging.system`, such as `kafka` or `rabbitmq`. */
  readonly system: string;
  /** Name of the queue or topic; empty where it is not known. */
  readonly name: string;
  /** For names that are made of ids: the span is named by this, such as `orders.{id}`. */
  readonly template?: string | undefined;
  /** Whether the destination ends with its connection. Its name stands on no span's name. */
  readonly isTemporary?: boolean | undefined;
  /** Whether the broker made the name up. It stands on no span's name. */
  readonly isAnonymous?: boolean | undefined;
  /** Name of the consumer group. */
  readonly group?: string | undefined;
  /** Name of the subscription, or of the queue that is bound to the destination. */
  readonly subscription?: string | undefined;
  readonly clientId?: string | undefined;
  readonly server?: { readonly address: string; readonly port?: number | undefined } | undefined;
}

/**
 * The destination of a system and a name: the same object each time, of which attributes and names are made once. For
 * clients that know no more of it.
 */
export function destinationNamed(system: string, name: string): Destination {
  const found = named.get(name)?.find((each) => each.system === system);
  if (found !== undefined) return found;
  const made = { system, name };
  if (named.size < MAX_NAMED) named.set(name, [...(named.get(name) ?? []), made]);
  return made;
}

/** Those of one name differ by their systems, of which an application has few. */
const named = new Map<string, readonly Destination[]>(); // a cache: a second copy of this module fills one of its own
const MAX_NAMED = 1000;

/** Type of an operation, in the words of the semantic conventions. */
export type OperationType = 'create' | 'send' | 'receive' | 'process' | 'settle';

/** The name of a span and the attributes that are the same for all messages of a destination. */
export interface OperationFacts {
  readonly name: string;
  readonly attributes: Attributes;
}

/**
 * Describes an operation on a destination.
 *
 * @param operation in the client's own words, such as `publish` or `ack`
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export function describeOperation(destination: Destination, operation: string, type: OperationType): OperationFacts {
  const described = known.get(destination) ?? [];
  for (const each of described) if (each.operation === operation && each.type === type) return each.facts;
  const facts = describe(destination, operation, type);
  if (described.push({ operation, type, facts }) === 1) known.set(destination, described);
  return facts;
}

interface DescribedOperation {
  readonly operation: string;
  readonly type: OperationType;
  readonly facts: OperationFacts;
}

/** The few operations that there are for each destination: to make a key of two words takes longer than to compare them. */
const known = new WeakMap<Destination, DescribedOperation[]>(); // a cache: a second copy of this module fills one of its own

function describe(destination: Destination, operation: string, type: OperationType): OperationFacts {
  const { system, name, template, isTemporary, isAnonymous, group, subscription, clientId, server } = destination;
  const attributes: Attributes = {
    'messaging.system': system,
    'messaging.operation.name': operation,
    'messaging.operation.type': type,
    ...(name !== '' && { 'messaging.destination.name': name }),
    ...(template !== undefined && { 'messaging.destination.template': template }),
    ...(isTemporary === true && { 'messaging.destination.temporary': true }),
    ...(isAnonymous === true && { 'messaging.destination.anonymous': true }),
    ...(group !== undefined && { 'messaging.consumer.group.name': group }),
    ...(subscription !== undefined && { 'messaging.destination.subscription.name': subscription }),
    ...(clientId !== undefined && { 'messaging.client.id': clientId }),
    ...(server !== undefined && { 'server.address': server.address }),
    ...(server?.port !== undefined && { 'server.port': server.port }),
  };
  const shown = template ?? (isTemporary === true || isAnonymous === true || name === '' ? addressOf(server) : name);
  return { name: shown === '' ? operation : `${operation} ${shown}`, attributes };
}

function addressOf(server: Destination['server']): string {
  if (server === undefined) return '';
  return server.port === undefined ? server.address : `${server.address}:${server.port}`;
}
