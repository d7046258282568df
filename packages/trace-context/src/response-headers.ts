import type { TraceContext } from './trace-context.ts';
import { formatTraceparent } from './traceparent.ts';

/** The two headers in which a response can name its trace. */
export interface ResponseHeaders {
  /** For services: the same format as a `traceparent`, which `parseTraceparent` reads. */
  readonly traceresponse: string;
  /** For pages: a browser's scripts see it as `serverTiming` of a navigation or resource entry. */
  readonly 'server-timing': string;
}

/**
 * The headers with which a response tells the caller what its request became part of. They show ids only. A response
 * may have other `server-timing` headers: append this one, do not set it.
 *
 * @see https://w3c.github.io/trace-context/#trace-context-http-response-headers-format
 * @see https://www.w3.org/TR/server-timing/#the-server-timing-header-field
 */
export function responseHeadersFor(context: TraceContext): ResponseHeaders {
  const traceresponse = formatTraceparent(context.traceparent);
  return { traceresponse, 'server-timing': `traceparent;desc="${traceresponse}"` };
}
