import { context, SpanKind, SpanStatusCode, trace, type HrTime, type Span } from '@opentelemetry/api';
import { getRPCMetadata, hrTime, RPCType } from '@opentelemetry/core';
import { ATTR_HTTP_ROUTE } from '@opentelemetry/semantic-conventions';

import { readProperty } from '@clew/diagnostics';
import { hasException, readError, type ReadableSpan } from '@clew/spans/internal';

/** The span of the HTTP request that is being served, whatever span is active inside it. */
export function serverSpan(): Span | undefined {
  return httpMetadata()?.span ?? activeServerSpan();
}

/**
 * Tells the span of the request which route was matched. The http instrumentation learns it through the context and
 * names span and metric at the end; on another server span name and attribute are set here.
 *
 * @param route the pattern, e.g. `/orders/:id`, never the path
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name
 */
export function setRoute(method: string, route: string): void {
  const metadata = httpMetadata();
  if (metadata !== undefined) {
    metadata.route = route;
    return;
  }
  activeServerSpan()?.setAttribute(ATTR_HTTP_ROUTE, route).updateName(`${method} ${route}`);
}

/**
 * Whether somebody else derives the status of the request's span from the response, as semantic conventions have it:
 * an error that the application maps to a 404 is none of the server's.
 */
export function responseDecidesStatus(): boolean {
  return httpMetadata() !== undefined;
}

/**
 * Adds an exception event to a span that does not have this exception yet: an error may pass several handlers.
 * `thrownAt` is when the error was seen, by default now.
 */
export function recordException(span: Span, error: unknown, thrownAt: HrTime = hrTime()): void {
  const { type: name, message, stacktrace } = readError(error);
  if (hasException(span, message)) return;
  const code = readProperty(error, 'code') as string | number | undefined; // the SDK prefers it for the type
  const stack = stacktrace === '' ? undefined : stacktrace;
  span.recordException({ name, message, ...(stack && { stack }), ...(code && { code }) }, thrownAt);
}

export function setErrorStatus(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: readError(error).message });
}

function httpMetadata() {
  const metadata = getRPCMetadata(context.active());
  return metadata?.type === RPCType.HTTP ? metadata : undefined;
}

function activeServerSpan(): Span | undefined {
  const span: (Span & ReadableSpan) | undefined = trace.getActiveSpan();
  return span?.kind === SpanKind.SERVER ? span : undefined;
}
