import type { Attributes } from '../attribute-value.ts';
import { SPAN_KIND, type SpanRecord } from '../span-record.ts';
import { firstText } from './first-text.ts';

/** Something that is no traced service: a database, a queue, a host elsewhere. */
export interface Peer {
  readonly kind: 'database' | 'queue' | 'external';
  readonly label: string;
}

const DATABASES = ['db.system.name', 'db.system'];
const PLACES = ['db.namespace', 'db.name', 'server.address', 'net.peer.name'];
const DESTINATIONS = ['messaging.destination.template', 'messaging.destination.name', 'messaging.destination'];
const HOSTS = ['server.address', 'net.peer.name', 'http.host'];
const URLS = ['url.full', 'http.url'];
const MAX_LABEL = 200; // characters

/** The database, queue or host that a client or producer span calls, by the current or the older attributes. */
export function calledPeer(span: SpanRecord): Peer | undefined {
  if (span.kind !== SPAN_KIND.client && span.kind !== SPAN_KIND.producer) return undefined;
  const { attributes } = span;
  if (attributes['messaging.system'] !== undefined) return takesMessages(attributes) ? undefined : queueOf(attributes);
  const database = firstText(attributes, DATABASES);
  if (database !== undefined) return peer('database', [database, firstText(attributes, PLACES)]);
  const host = firstText(attributes, HOSTS) ?? hostOf(firstText(attributes, URLS));
  return host === undefined ? undefined : peer('external', [host, portOf(attributes)], ':');
}

/** The queue that a consumer span got its messages from. */
export function consumedQueue(span: SpanRecord): Peer | undefined {
  return span.kind === SPAN_KIND.consumer ? queueOf(span.attributes) : undefined;
}

/** Tells a client of a broker that fetches or acknowledges messages: it calls nobody that would answer. */
function takesMessages(attributes: Attributes): boolean {
  const operation = attributes['messaging.operation.type'] ?? attributes['messaging.operation'];
  return operation === 'receive' || operation === 'process' || operation === 'settle';
}

function queueOf(attributes: Attributes): Peer | undefined {
  const system = firstText(attributes, ['messaging.system']);
  return system === undefined ? undefined : peer('queue', [system, firstText(attributes, DESTINATIONS)]);
}

function peer(kind: Peer['kind'], parts: readonly (string | undefined)[], between = ' '): Peer {
  const label = parts.filter((part) => part !== undefined).join(between);
  return { kind, label: label.slice(0, MAX_LABEL) };
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : URL.parse(url)?.hostname;
}

/** The port where it says more than the protocol does. */
function portOf(attributes: Attributes): string | undefined {
  const port = attributes['server.port'] ?? attributes['net.peer.port'];
  return typeof port !== 'number' || port === 80 || port === 443 ? undefined : String(port);
}
