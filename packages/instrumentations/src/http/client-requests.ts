import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

import { askCallback, reportFailure, runGuarded } from '@clew/diagnostics';
import { withTarget } from '@clew/spans';
import { startLazily, type SpanDescription } from '@clew/spans/internal';
import {
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  propagation,
  SpanKind,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';

import { takeAgentOptions } from './agent-options.ts';
import { clientAttributes, sentRequest, type SentRequest } from './client-attributes.ts';
import { ClientExchange } from './client-exchange.ts';
import { exchangeOf, httpRequests, isFollowed } from './exchange.ts';
import type { HttpInstrumentationConfig } from './http-config.ts';
import type { HttpParts } from './http-settings.ts';
import { nodeHttp } from './node-http.ts';
import { SECRET_PARAMETERS } from './redact-query.ts';
import { requestSetter } from './send-headers.ts';
import { syntheticSource } from './synthetic-source.ts';

/** Published at the end of the constructor, when nothing has been sent: headers can still be added. */
export const REQUEST_CREATED = 'http.client.request.created';
/** Published when the headers of a response have come. */
export const RESPONSE_COMES = 'http.client.response.finish';

/** Starts the span of a request and has it carry the context. */
export function startClientRequest(message: unknown, parts: HttpParts): void {
  const { request } = message as { request: ClientRequest };
  const { ClientRequest: Request } = nodeHttp();
  if (!(request instanceof Request) || isFollowed(request)) return; // somebody else publishes here
  const options = takeAgentOptions(request);
  const parent = context.active();
  if (isTracingSuppressed(parent)) return;
  const sent = sentRequest(request, options);
  const { config } = parts.settings();
  const { ignoreOutgoingRequestHook: ignores, requestHook } = config;
  if (
    ignores !== undefined &&
    askCallback('ignoreOutgoingRequestHook of http', false, () => ignores(copyOfOptions(sent)))
  ) {
    return;
  }
  const span = startSpan(sent, parent, parts);
  const own = trace.setSpan(parent, span);
  inject(own, sent);
  // A span that is not recorded costs nothing more, unless somebody asks how the request went, or would take it as well.
  const isAsked = parts.durations.areMeasured || asksForEnd(config) || httpRequests().watchers > 1;
  if (isAsked || span.isRecording()) void new ClientExchange(parts, sent, span);
  if (requestHook !== undefined) {
    runGuarded('requestHook of http', () => context.with(own, requestHook, undefined, span, request));
  }
}

/** Hands the response to the exchange of its request. */
export function takeResponse(message: unknown): void {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  const { IncomingMessage: Response } = nodeHttp();
  if (typeof request !== 'object' || request === null || !(response instanceof Response)) return;
  const exchange = exchangeOf(request);
  if (exchange instanceof ClientExchange) exchange.respond(response);
}

/** A propagator may fail, or write what is no header: the request is sent without. */
function inject(own: Context, sent: SentRequest): void {
  const host = targetHost(sent);
  const addressed = host === undefined ? own : withTarget(own, { kind: 'http', host });
  try {
    propagation.inject(addressed, sent.request, requestSetter);
  } catch (error) {
    reportFailure('injecting the context into a request of http', error);
  }
}

function startSpan(sent: SentRequest, parent: Context, parts: HttpParts): Span {
  const { config } = parts.settings();
  if (config.requireParentforOutgoingSpans === true) {
    const active = trace.getSpan(parent);
    if (active === undefined || !isSpanContextValid(active.spanContext())) {
      return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    }
    if (active.spanContext().isRemote === true) return active;
  }
  const { method } = sent.request;
  return startLazily(parts.tracer(), method, SpanKind.CLIENT, parent, () => describe(sent, config));
}

function describe(sent: SentRequest, config: HttpInstrumentationConfig): SpanDescription {
  const attributes = clientAttributes(sent, config.redactedQueryParams ?? SECRET_PARAMETERS);
  const userAgent = attributes['user_agent.original'];
  if (config.enableSyntheticSourceDetection === true && userAgent !== undefined) {
    attributes['user_agent.synthetic.type'] = syntheticSource(userAgent);
  }
  const { startOutgoingSpanHook: hook } = config;
  if (hook !== undefined) {
    Object.assign(
      attributes,
      askCallback('startOutgoingSpanHook of http', undefined, () => hook(copyOfOptions(sent))),
    );
  }
  return { attributes, isOwn: hook === undefined };
}

function asksForEnd(config: ReturnType<HttpParts['settings']>['config']): boolean {
  return config.responseHook !== undefined || config.applyCustomAttributesOnSpan !== undefined;
}

/** In lower case, without what is around an address and behind a name; nobody can name what listens at a path. */
function targetHost({ request, options }: SentRequest): string | undefined {
  const { host, socketPath } = request as { host: string; socketPath?: string };
  const name = host.toLowerCase();
  if (name === 'localhost' && (socketPath || options?.socketPath)) return undefined;
  if (!name.includes(':')) return name;
  return name.startsWith('[') ? name.replace(/^\[|\](?::\d+)?$/g, '') : name.replace(/^([^:]*):\d+$/, '$1');
}

/** Options for hooks to see: they may write to them. */
function copyOfOptions({ request, options, protocol, port }: SentRequest): RequestOptions {
  const { host, method } = request;
  const given = options?.headers ?? request.getHeaders();
  const headers = Array.isArray(given) ? [...given] : Object.assign({}, given);
  const path = options?.path ?? request.path;
  return { ...options, protocol, host, hostname: options?.hostname ?? host, port, method, path, headers };
}
