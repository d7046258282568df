import type { ClientRequest, IncomingMessage, RequestOptions, ServerResponse } from 'node:http';

import type { Attributes, Span } from '@opentelemetry/api';
import type { InstrumentationConfig } from '@opentelemetry/instrumentation';

import type { CapturedHeaderNames } from '../requests/captured-headers.ts';

/**
 * Options of `HttpInstrumentation`: those of OpenTelemetry's own, by the same names. What a hook throws is reported and has no
 * other effect.
 */
export interface HttpInstrumentationConfig extends InstrumentationConfig {
  /** Leaves incoming requests, and all that is done for them, untraced where it returns `true`. */
  readonly ignoreIncomingRequestHook?: (request: IncomingMessage) => boolean;
  /** Leaves outgoing requests untraced where it returns `true`. It gets a copy of the options as Node has read them. */
  readonly ignoreOutgoingRequestHook?: (request: RequestOptions) => boolean;
  /** Leaves all incoming requests alone. */
  readonly disableIncomingRequestInstrumentation?: boolean;
  /** Leaves all outgoing requests alone. */
  readonly disableOutgoingRequestInstrumentation?: boolean;
  /** Called before the span of an answered request ends. */
  readonly applyCustomAttributesOnSpan?: (
    span: Span,
    request: ClientRequest | IncomingMessage,
    response: IncomingMessage | ServerResponse,
  ) => void;
  /** Called before a request is handled, and when one has been made. */
  readonly requestHook?: (span: Span, request: ClientRequest | IncomingMessage) => void;
  /** Called before a request is handled, and when the headers of a response have come. */
  readonly responseHook?: (span: Span, response: IncomingMessage | ServerResponse) => void;
  /** Makes attributes that the span of an incoming request starts with. */
  readonly startIncomingSpanHook?: (request: IncomingMessage) => Attributes;
  /** Makes attributes that the span of an outgoing request starts with. It gets a copy of the options as Node has read them. */
  readonly startOutgoingSpanHook?: (request: RequestOptions) => Attributes;
  /** Makes spans of outgoing requests only where a span of this process is active. */
  readonly requireParentforOutgoingSpans?: boolean;
  /** Makes spans of incoming requests only where the caller sent a trace context that is continued. */
  readonly requireParentforIncomingSpans?: boolean;
  /** Headers that become attributes `http.request.header.<name>` and `http.response.header.<name>`. */
  readonly headersToSpanAttributes?: {
    readonly client?: CapturedHeaderNames;
    readonly server?: CapturedHeaderNames;
  };
  /** Adds `user_agent.synthetic.type` for well-known tests and bots. */
  readonly enableSyntheticSourceDetection?: boolean;
  /** Query parameters that are redacted in `url.full`. Default: those of well-known signatures; an empty list redacts none. */
  readonly redactedQueryParams?: readonly string[];
  /** Query parameters that are redacted in `url.query`. Default: those of well-known signatures; an empty list redacts none. */
  readonly redactedQueryParamsServer?: readonly string[];
}
