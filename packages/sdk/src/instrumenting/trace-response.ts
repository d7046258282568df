import type { HttpInstrumentationConfig } from '@clew/instrumentations/http';
import type { Span } from '@opentelemetry/api';

import { guard } from '@clew/diagnostics';

type ResponseHook = NonNullable<HttpInstrumentationConfig['responseHook']>;
type Response = Parameters<ResponseHook>[1];

/** @see https://www.w3.org/TR/trace-context-2/#the-trace-response-header (a proposal; only its format is used) */
const TRACE_RESPONSE = 'traceresponse';

/** The options for the http instrumentation with a hook that sends the trace id back to the caller. */
export function withTraceResponse(config: HttpInstrumentationConfig): HttpInstrumentationConfig {
  const { responseHook } = config;
  return {
    ...config,
    responseHook(span, response) {
      guard('the traceresponse header', undefined, () => answerWithTrace(span, response));
      return responseHook?.(span, response); // which may turn out to be asynchronous
    },
  };
}

function answerWithTrace(span: Span, response: Response): void {
  if (!('setHeader' in response) || response.headersSent) return; // the hook is called for clients' responses too
  const { traceId, spanId, traceFlags } = span.spanContext();
  response.setHeader(TRACE_RESPONSE, `00-${traceId}-${spanId}-0${traceFlags & 0b11}`);
}
