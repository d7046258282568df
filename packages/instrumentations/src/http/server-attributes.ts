import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import type { Attributes } from '@opentelemetry/api';

import { parseForwarded, type ForwardedHop } from './forwarded.ts';
import { redactQuery } from './redact-query.ts';
import { requestMethod } from '../requests/request-method.ts';

type Scheme = 'http' | 'https';

export const schemeOf = ({ socket }: IncomingMessage): Scheme =>
  (socket as { encrypted?: boolean }).encrypted === true ? 'https' : 'http';

/**
 * Attributes of a request that a server has received, before it is handled: values as they were sent.
 *
 * @param redactedNames parameters of the query that are redacted
 */
export function serverAttributes(
  request: IncomingMessage,
  scheme: Scheme,
  redactedNames: readonly string[],
): Attributes {
  const { headers, method, socket } = request;
  const hops = hopsOf(headers);
  const server = serverOf(headers, hops, scheme);
  const normalized = requestMethod(method);
  const { path, query } = targetOf(request.url ?? '/');
  const peer = socket.remoteAddress;
  // Written out: an object whose keys are computed takes several times as long to make. Without those that are undefined,
  // which have all of them be looked at once more.
  const attributes: Attributes = {
    'http.request.method': normalized,
    'url.scheme': scheme,
    'url.path': path,
    'client.address': clientOf(headers, hops) ?? peer,
    'network.peer.address': peer,
    'network.peer.port': socket.remotePort,
    'network.protocol.version': request.httpVersion,
  };
  if (server !== undefined) attributes['server.address'] = server.host;
  if (server?.port !== undefined) attributes['server.port'] = Number(server.port);
  if (query !== '') attributes['url.query'] = redactQuery(query, redactedNames);
  if (headers['user-agent'] !== undefined) attributes['user_agent.original'] = headers['user-agent'];
  if (method !== normalized) attributes['http.request.method_original'] = method;
  return attributes;
}

/** The attributes of a request that rules about the start of a trace ask for, as `serverAttributes` has them. */
export function serverFacts(request: IncomingMessage, scheme: Scheme): Attributes {
  const { headers, method, url = '/' } = request;
  const server = serverOf(headers, hopsOf(headers), scheme);
  const facts: Attributes = { 'http.request.method': requestMethod(method), 'url.path': targetOf(url).path };
  if (server !== undefined) facts['server.address'] = server.host;
  return facts;
}

const NO_HOPS: readonly ForwardedHop[] = [];

const hopsOf = ({ forwarded }: IncomingHttpHeaders): readonly ForwardedHop[] =>
  forwarded === undefined ? NO_HOPS : parseForwarded(forwarded);

interface Address {
  readonly host: string;
  readonly port?: string | undefined;
}

/** @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#setting-serveraddress-and-serverport-attributes */
function serverOf(headers: IncomingHttpHeaders, hops: readonly ForwardedHop[], scheme: Scheme): Address | undefined {
  const hop = hops.length === 0 ? undefined : hops.find(({ host }) => Boolean(host));
  if (hop?.host !== undefined) return addressOf(hop.host, hop.proto);
  const forwarded = first(headers['x-forwarded-host']);
  if (forwarded) return addressOf(forwarded, first(headers['x-forwarded-proto']));
  return headers.host ? addressOf(headers.host, scheme) : undefined;
}

function clientOf(headers: IncomingHttpHeaders, hops: readonly ForwardedHop[]): string | undefined {
  const hop = hops.length === 0 ? undefined : hops.find((each) => Boolean(each.for));
  if (hop?.for !== undefined) return withoutPort(hop.for);
  const forwarded = first(headers['x-forwarded-for']);
  if (!forwarded) return undefined;
  const end = forwarded.indexOf(',');
  return withoutPort((end === -1 ? forwarded : forwarded.slice(0, end)).trim());
}

const first = (value: string | readonly string[] | undefined) => (typeof value === 'string' ? value : value?.[0]);

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

function addressOf(authority: string, scheme: string | undefined): Address {
  const colon = authority.lastIndexOf(':');
  const isBracketed = authority.startsWith('[');
  if (colon === -1 || (isBracketed && authority.endsWith(']'))) {
    return {
      host: authority,
      port: scheme !== undefined && Object.hasOwn(DEFAULT_PORTS, scheme) ? DEFAULT_PORTS[scheme] : undefined,
    };
  }
  const host = authority.slice(0, colon);
  if (isBracketed ? !host.endsWith(']') : host.includes(':')) return { host: authority };
  return { host, port: authority.slice(colon + 1) };
}

function withoutPort(address: string): string {
  if (DOTTED.test(address)) return address;
  const host = URL.parse(`http://${address}`)?.hostname;
  if (host === undefined) return address;
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

const DOTTED = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/** Path and query of a request line: without scheme and authority, which a request to a proxy has, and without fragment. */
function targetOf(url: string): { readonly path: string; readonly query: string } {
  const start = url.startsWith('/') ? 0 : startOfPath(url);
  const fragment = url.indexOf('#', start);
  const end = fragment === -1 ? url.length : fragment;
  const mark = url.indexOf('?', start);
  if (mark === -1 || mark > end) return { path: url.slice(start, end) || '/', query: '' };
  return { path: url.slice(start, mark) || '/', query: url.slice(mark + 1, end) };
}

function startOfPath(url: string): number {
  const authority = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i.exec(url)?.[0];
  return authority?.length ?? 0;
}
