import type { Attributes, Span } from '@opentelemetry/api';
import type { InstrumentationConfig } from '@opentelemetry/instrumentation';

/** A request of undici's or of Node's `fetch`, as its channels give it. Undici 5 has headers as text. */
export interface UndiciRequest {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  headers: string | (string | string[])[];
  readonly throwOnError: boolean;
  readonly completed: boolean;
  readonly aborted: boolean;
  readonly idempotent: boolean;
  readonly contentLength: number | null;
  readonly contentType: string | null;
  readonly body: unknown;
  /** The protocol that its connection is to go on as. */
  readonly upgrade?: string | boolean | null;
  addHeader(name: string, value: string): void;
}

/** A response whose headers have come; they are names and values in turn. */
export interface UndiciResponse {
  readonly headers: Buffer[];
  readonly statusCode: number;
  readonly statusText: string;
}

/** Options, with the names of OpenTelemetry's `UndiciInstrumentationConfig`. What a hook throws is reported. */
export interface UndiciInstrumentationConfig<
  Request = UndiciRequest,
  Response = UndiciResponse,
> extends InstrumentationConfig {
  /** Requests for which it returns true have no span and carry no context. */
  ignoreRequestHook?(request: Request): boolean;
  /** Called with the span of a request before context is injected. */
  requestHook?(span: Span, request: Request): void;
  /** Called when the headers of a response have come. */
  responseHook?(span: Span, info: { request: Request; response: Response }): void;
  /** Attributes that a span starts with. Not asked for where a span is refused before. */
  startSpanHook?(request: Request): Attributes;
  /** Whether a request outside of any span has none. Default: false. */
  requireParentforSpans?: boolean;
  /** Names of headers that become attributes. */
  headersToSpanAttributes?: { requestHeaders?: string[]; responseHeaders?: string[] };
}
