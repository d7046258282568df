import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

import type { Attributes } from '@opentelemetry/api';

import { redactQuery } from './redact-query.ts';
import { requestMethod } from '../requests/request-method.ts';

/** A request that is about to be sent, as Node has read what it was made with. */
export interface SentRequest {
  readonly request: ClientRequest;
  /** As the agent was given them; `undefined` where there is no agent, or one that does it in its own way. */
  readonly options: RequestOptions | undefined;
  /** With its colon. */
  readonly protocol: string;
  readonly port: number;
}

const REDACTED = 'REDACTED';

export function sentRequest(request: ClientRequest, options: RequestOptions | undefined): SentRequest {
  const { protocol } = request;
  return { request, options, protocol, port: Number(options?.port || portOfHeader(request)) || defaultPort(protocol) };
}

/** Attributes of a request before it is sent. */
export function clientAttributes(sent: SentRequest, redactedNames: readonly string[]): Attributes {
  const { request, port } = sent;
  const { method } = request;
  const normalized = requestMethod(method);
  // Written out: an object whose keys are computed takes several times as long to make.
  const attributes: Attributes = {
    'http.request.method': normalized,
    'server.address': request.host,
    'server.port': port,
    'url.full': fullUrl(sent, redactedNames),
  };
  const userAgent = request.getHeader('user-agent');
  if (userAgent !== undefined) attributes['user_agent.original'] = userAgent;
  if (method !== normalized) attributes['http.request.method_original'] = method;
  return attributes;
}

/** Attributes of a response whose headers have come. */
export function responseAttributes({ statusCode, httpVersion, socket }: IncomingMessage): Attributes {
  // There is none where somebody made the response by hand.
  const { remoteAddress, remotePort } = (socket as typeof socket | null) ?? {};
  return {
    'http.response.status_code': statusCode ?? undefined,
    'network.peer.address': remoteAddress,
    'network.peer.port': remotePort,
    'network.protocol.version': httpVersion,
  };
}

function fullUrl({ request, options, protocol, port }: SentRequest, redactedNames: readonly string[]): string {
  // Node takes any value for a path, and writes the absolute form into the request where the environment names a proxy.
  const path: unknown = typeof options?.path === 'string' && !options.socketPath ? options.path : request.path;
  const asked = redactedPath(String(path), redactedNames);
  if (ABSOLUTE.test(asked)) return asked.replace(USER_INFO, `$1${REDACTED}:${REDACTED}@`); // sent to a proxy
  const { host } = request;
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const auth = options?.auth ? `${REDACTED}:${REDACTED}@` : '';
  const suffix = port === defaultPort(protocol) ? '' : `:${port}`;
  return `${protocol}//${auth}${name}${suffix}${asked.startsWith('/') ? '' : '/'}${asked}`;
}

const ABSOLUTE = /^[a-z][a-z\d+.-]*:\/\//i;
const USER_INFO = /^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i;

function redactedPath(path: string, redactedNames: readonly string[]): string {
  const mark = path.indexOf('?');
  return mark === -1 ? path : `${path.slice(0, mark + 1)}${redactQuery(path.slice(mark + 1), redactedNames)}`;
}

const defaultPort = (protocol: string) => (protocol === 'https:' ? 443 : 80);

/** Node writes the port into the header, unless the application has written that itself. */
function portOfHeader(request: ClientRequest): string | undefined {
  const host = request.getHeader('host');
  return typeof host === 'string' ? /:(\d{1,5})$/.exec(host)?.[1] : undefined;
}
