import { context, SpanKind, SpanStatusCode, trace, type HrTime, type Span } from '@opentelemetry/api';
import { getRPCMetadata, hrTime, RPCType } from '@opentelemetry/core';
import { ATTR_HTTP_ROUTE } from '@opentelemetry/semantic-conventions';

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

/** Records an error that the application answered with a server error. `thrownAt` is when it was seen, by default now. */
export function recordServerError(span: Span, error: unknown, thrownAt: HrTime = hrTime()): void {
  const exception = error instanceof Error ? error : String(error);
  const message = error instanceof Error ? error.message : String(error);
  span.recordException(exception, thrownAt);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

function httpMetadata() {
  const metadata = getRPCMetadata(context.active());
  return metadata?.type === RPCType.HTTP ? metadata : undefined;
}

function activeServerSpan(): Span | undefined {
  const span: (Span & { kind?: SpanKind }) | undefined = trace.getActiveSpan(); // `kind` is the SDK's, not the API's
  return span?.kind === SpanKind.SERVER ? span : undefined;
}
