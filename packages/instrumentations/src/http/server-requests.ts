import type { IncomingMessage, ServerResponse } from 'node:http';

import { askCallback, runGuarded } from '@clew/diagnostics';
import { withIncoming } from '@clew/spans';
import { incomingRequest, lightContext, startLazily, type SpanDescription } from '@clew/spans/internal';
import {
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { getRPCMetadata, setRPCMetadata, suppressTracing } from '@opentelemetry/core';

import { captureHeaders } from '../requests/captured-headers.ts';
import { isFollowed } from './exchange.ts';
import type { HttpParts } from './http-settings.ts';
import { nodeHttp } from './node-http.ts';
import { SECRET_PARAMETERS } from './redact-query.ts';
import { schemeOf, serverAttributes, serverFacts } from './server-attributes.ts';
import { IgnoredExchange, ServerExchange } from './server-exchange.ts';
import { syntheticSource } from './synthetic-source.ts';

/** Published when a request has come, before the server emits it: what is entered then is active in the handler. */
export const REQUEST_STARTS = 'http.server.request.start';

const ROOT = lightContext(ROOT_CONTEXT);

/** Starts the span of a request, in whose context it is handled. */
export function startServerRequest(message: unknown, parts: HttpParts): void {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  if (!isServed(request, response)) return; // somebody else publishes here, or once more
  const { config } = parts.settings();
  const { ignoreIncomingRequestHook: ignores, requestHook, responseHook } = config;
  if (ignores !== undefined && askCallback('ignoreIncomingRequestHook of http', false, () => ignores(request))) {
    void new IgnoredExchange(parts, request, response, suppressTracing(contextOfConnection()));
    return;
  }
  const parent = propagation.extract(withIncoming(ROOT, incomingRequest(request)), request.headers);
  const span = startSpan(request, parent, parts);
  const exchange = new ServerExchange(parts, request, response, span);
  exchange.enter(setRPCMetadata(trace.setSpan(parent, span), exchange));
  if (requestHook !== undefined) runGuarded('requestHook of http', () => requestHook(span, request));
  if (responseHook !== undefined) runGuarded('responseHook of http', () => responseHook(span, response));
}

function isServed(request: unknown, response: unknown): boolean {
  const { IncomingMessage: Request, ServerResponse: Response } = nodeHttp();
  if (!(request instanceof Request) || !(response instanceof Response)) return false;
  // One that Node has not received has no socket.
  return Boolean(request.socket) && !isFollowed(request) && !isFollowed(response);
}

/** A server that was made while another request was handled is not part of that. */
function contextOfConnection(): Context {
  const active = context.active();
  return getRPCMetadata(active) === undefined ? active : ROOT_CONTEXT;
}

function startSpan(request: IncomingMessage, parent: Context, parts: HttpParts): Span {
  const { requireParentforIncomingSpans: requiresParent, startIncomingSpanHook: hook } = parts.settings().config;
  if (requiresParent === true && !hasParent(parent)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
  const { method = 'GET' } = request;
  // A hook may say something else of what the facts are about.
  const facts = hook === undefined ? () => serverFacts(request, schemeOf(request)) : undefined;
  return startLazily(parts.tracer(), method, SpanKind.SERVER, parent, () => describe(request, parts), facts);
}

function describe(request: IncomingMessage, parts: HttpParts): SpanDescription {
  const { config, server } = parts.settings();
  const attributes = serverAttributes(
    request,
    schemeOf(request),
    config.redactedQueryParamsServer ?? SECRET_PARAMETERS,
  );
  if (config.enableSyntheticSourceDetection === true && request.headers['user-agent'] !== undefined) {
    attributes['user_agent.synthetic.type'] = syntheticSource(request.headers['user-agent']);
  }
  const { startIncomingSpanHook: hook } = config;
  if (hook !== undefined) {
    Object.assign(
      attributes,
      askCallback('startIncomingSpanHook of http', undefined, () => hook(request)),
    );
  }
  if (server !== undefined)
    Object.assign(
      attributes,
      captureHeaders(server.request, (name) => request.headers[name]),
    );
  return { attributes, isOwn: hook === undefined };
}

function hasParent(parent: Context): boolean {
  const spanContext = trace.getSpanContext(parent);
  return spanContext !== undefined && isSpanContextValid(spanContext);
}
