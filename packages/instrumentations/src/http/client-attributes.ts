import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions';

import { redactQuery } from './redact-query.ts';
import { requestMethod } from './request-method.ts';

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
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: normalized,
    [ATTR_SERVER_ADDRESS]: request.host,
    [ATTR_SERVER_PORT]: port,
    [ATTR_URL_FULL]: fullUrl(sent, redactedNames),
  };
  const userAgent = request.getHeader('user-agent');
  if (userAgent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = userAgent;
  if (method !== normalized) attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = method;
  return attributes;
}

/** Attributes of a response whose headers have come. */
export function responseAttributes({ statusCode, httpVersion, socket }: IncomingMessage): Attributes {
  const attributes: Attributes = {};
  if (statusCode !== undefined && statusCode !== null) attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = statusCode;
  // There is none where somebody made the response by hand.
  const { remoteAddress, remotePort } = (socket as typeof socket | null) ?? {};
  attributes[ATTR_NETWORK_PEER_ADDRESS] = remoteAddress;
  attributes[ATTR_NETWORK_PEER_PORT] = remotePort;
  attributes[ATTR_NETWORK_PROTOCOL_VERSION] = httpVersion;
  return attributes;
}

function fullUrl({ request, options, protocol, port }: SentRequest, redactedNames: readonly string[]): string {
  // Node writes the absolute form into the request where the environment names a proxy.
  const path = typeof options?.path === 'string' && !options.socketPath ? options.path : request.path;
  const asked = redactedPath(path, redactedNames);
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
