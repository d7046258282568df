import type { IncomingMessage } from 'node:http';

import { runGuarded } from '@clew/diagnostics';
import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';

import { captureHeaders } from '../requests/captured-headers.ts';
import { responseAttributes, type SentRequest } from './client-attributes.ts';
import { COPY, markExchange, type Exchange } from './exchange.ts';
import type { HttpParts } from './http-settings.ts';
import { requestMethod } from '../requests/request-method.ts';
import { errorName, setSpanError } from '../requests/span-error.ts';

/** A request that was sent, until its response has been read or it has failed. */
export class ClientExchange implements Exchange {
  readonly copy: object = COPY;
  /** Node has responses emit in the context in which their request was made, over whichever connection they come. */
  readonly context = undefined;
  readonly #parts: HttpParts;
  readonly #sent: SentRequest;
  readonly #span: Span;
  readonly #startedAt: number;
  #response: IncomingMessage | undefined;
  #atResponse: Attributes | undefined;
  #hasEnded = false;

  constructor(parts: HttpParts, sent: SentRequest, span: Span) {
    this.#parts = parts;
    this.#sent = sent;
    this.#span = span;
    this.#startedAt = parts.durations.areMeasured ? performance.now() : 0;
    markExchange(sent.request, this);
    parts.open.begin();
  }

  /** The headers of the response have come. */
  respond(response: IncomingMessage): void {
    if (this.#hasEnded || this.#response !== undefined) return;
    this.#response = response;
    markExchange(response, this);
    this.#atResponse = responseAttributes(response);
    const { config, client } = this.#parts.settings();
    if (this.#span.isRecording()) {
      this.#span.setAttributes(this.#atResponse);
      if (client !== undefined) this.#capture(client, response);
    }
    const { responseHook: hook } = config;
    if (hook !== undefined) runGuarded('responseHook of http', () => hook(this.#span, response));
  }

  willEmit(emitter: object, event: 'end' | 'error', value: unknown): void {
    if (this.#hasEnded) return;
    if (event === 'error') this.#fail(value);
    else if (emitter === this.#response) this.#finish(this.#response);
  }

  hasClosed(emitter: object): void {
    if (this.#hasEnded || emitter !== this.#sent.request) return;
    const response = this.#response;
    if (response === undefined) this.#closeUnanswered();
    else if (!response.complete && response.errored) this.#fail(response.errored);
    else this.#finish(response);
  }

  #capture(client: NonNullable<ReturnType<HttpParts['settings']>['client']>, response: IncomingMessage): void {
    this.#span.setAttributes(captureHeaders(client.request, (name) => this.#sent.request.getHeader(name)));
    this.#span.setAttributes(captureHeaders(client.response, (name) => response.headers[name]));
  }

  #finish(response: IncomingMessage): void {
    this.#hasEnded = true;
    const { statusCode = 0 } = response;
    const isCut = response.aborted && !response.complete;
    const error = !isCut && statusCode >= 400 && statusCode < 600 ? { [ATTR_ERROR_TYPE]: String(statusCode) } : {};
    if (this.#span.isRecording()) {
      this.#span.setAttributes(error);
      const isGood = !isCut && statusCode >= 100 && statusCode < 400;
      if (!isGood) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    const { applyCustomAttributesOnSpan: hook } = this.#parts.settings().config;
    if (hook !== undefined) {
      const { request } = this.#sent;
      runGuarded('applyCustomAttributesOnSpan of http', () => hook(this.#span, request, response));
    }
    this.#end(error);
  }

  #fail(error: unknown): void {
    this.#hasEnded = true;
    const type = errorName(error);
    setSpanError(this.#span, error, type);
    this.#end({ [ATTR_ERROR_TYPE]: type });
  }

  /** Another protocol goes on over its connection, or it was given up before it had one. */
  #closeUnanswered(): void {
    this.#hasEnded = true;
    const { res: response } = this.#sent.request as { res?: IncomingMessage | null };
    if (response) this.#atResponse = responseAttributes(response);
    if (this.#atResponse !== undefined) this.#span.setAttributes(this.#atResponse);
    this.#end({});
  }

  #end(error: Attributes): void {
    this.#parts.open.end();
    this.#span.end();
    if (this.#startedAt === 0) return;
    const { request, port } = this.#sent;
    const { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status, [ATTR_NETWORK_PROTOCOL_VERSION]: version } =
      this.#atResponse ?? {};
    this.#parts.durations.recordClient(this.#startedAt, {
      [ATTR_HTTP_REQUEST_METHOD]: requestMethod(request.method),
      [ATTR_SERVER_ADDRESS]: request.host,
      [ATTR_SERVER_PORT]: port,
      ...(version !== undefined && { [ATTR_NETWORK_PROTOCOL_VERSION]: version }),
      ...(status !== undefined && { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status }),
      ...error,
    });
  }
}
