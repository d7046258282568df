import { askCallback } from '@clew/diagnostics';

import type { Destination } from '../destination.ts';
import type { NatsOptions } from './nats-options.ts';

/** A connection, or a part of it, as far as it is read here. */
export interface NatsClient {
  readonly info?: { readonly max_payload?: number; readonly headers?: boolean } | undefined;
  readonly options?: { readonly inboxPrefix?: string };
  getServer?(): string;
}

/** A subject as messages are sent to it or come from it. */
export interface SubjectFacts {
  readonly subject: string;
  /** Of a subscription with wildcards. */
  readonly pattern?: string | undefined;
  /** Queue group, or consumer of JetStream. */
  readonly group?: string | undefined;
}

/** Subjects that begin so are the server's own: the API of JetStream, key-value and object stores. */
const OF_SERVER = '$';
const MAX_DESTINATIONS = 1000;
const MAX_OF_SUBJECT = 10;

/** Whether messages of a subject are the application's. */
export function isApplicationSubject(subject: unknown): subject is string {
  return typeof subject === 'string' && !subject.startsWith(OF_SERVER);
}

/** Whether a subject was made up for replies; the client's own traffic has such, too. */
export function isInbox(client: NatsClient, subject: string): boolean {
  return subject.startsWith(`${client.options?.inboxPrefix ?? '_INBOX'}.`);
}

/** By subject; few servers and groups share one. */
const destinations = new Map<string, readonly NatsDestination[]>(); // a cache; a second copy of this module fills one of its own

/** The same object each time, of which attributes and names are made once. */
export function natsDestination(client: NatsClient, facts: SubjectFacts, options: NatsOptions): Destination {
  const { subject, pattern, group } = facts;
  const server = client.getServer?.() ?? '';
  const template =
    templateOf(subject, options) ?? (pattern !== undefined && hasWildcard(subject, pattern) ? pattern : undefined);
  const ofSubject = destinations.get(subject) ?? [];
  for (const each of ofSubject) {
    if (each.template === template && each.group === group && each.servedBy === server) return each;
  }
  const made: NatsDestination = {
    servedBy: server,
    system: 'nats',
    name: subject,
    template,
    group,
    isTemporary: isInbox(client, subject),
    server: addressOf(server),
  };
  if (destinations.size < MAX_DESTINATIONS && ofSubject.length < MAX_OF_SUBJECT) {
    destinations.set(subject, [...ofSubject, made]);
  }
  return made;
}

function templateOf(subject: string, options: NatsOptions): string | undefined {
  if (options.template === undefined) return undefined;
  return askCallback('the template option of NATS', undefined, () => options.template?.(subject));
}

interface NatsDestination extends Destination {
  /** The server as the client names it. */
  readonly servedBy: string;
}

/** A pattern that is the subject itself has none. */
function hasWildcard(subject: string, pattern: string): boolean {
  return pattern !== subject && pattern.split('.').some((token) => token === '*' || token === '>');
}

function addressOf(server: string): Destination['server'] {
  const [, address, port] = /^\[?(.+?)\]?:(\d+)$/.exec(server) ?? [];
  return address === undefined ? undefined : { address, port: Number(port) };
}
