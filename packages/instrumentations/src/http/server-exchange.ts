import type { IncomingMessage, ServerResponse } from 'node:http';

import { runGuarded } from '@clew/diagnostics';
import { context, SpanStatusCode, type Attributes, type Context, type Span } from '@opentelemetry/api';
import { RPCType, type RPCMetadata } from '@opentelemetry/core';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';

import { captureHeaders } from '../requests/captured-headers.ts';
import { enterForRequest, type EnteredConnection } from './connection-context.ts';
import { endAtExit, forgetEnded } from './ends-at-exit.ts';
import { COPY, markExchange, type Exchange } from './exchange.ts';
import type { HttpParts } from './http-settings.ts';
import type { OpenRequests } from '../requests/open-requests.ts';
import { requestMethod } from '../requests/request-method.ts';
import { schemeOf } from './server-attributes.ts';
import { errorName, setSpanError } from '../requests/span-error.ts';

const NONE: Attributes = Object.freeze({});

/**
 * A request that a server handles. It is the metadata of the request on the context too, by which other instrumentations tell
 * the route. A span that is not recorded costs no more than this object, unless there are metrics or hooks.
 */
export class ServerExchange implements Exchange, RPCMetadata {
  readonly copy: object = COPY;
  readonly type: RPCType.HTTP = RPCType.HTTP;
  route?: string;
  readonly span: Span;
  readonly #parts: HttpParts;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #startedAt: number;
  #context: Context | undefined;
  #connection: EnteredConnection | undefined;
  #hasEnded = false;
  #hasClosed = false;
  /** Type of the first error that it has failed with. */
  #errorType: string | undefined;
  #lastError: unknown;

  constructor(parts: HttpParts, request: IncomingMessage, response: ServerResponse, span: Span) {
    this.span = span;
    this.#parts = parts;
    this.#request = request;
    this.#response = response;
    this.#startedAt = parts.durations.areMeasured ? performance.now() : 0;
  }

  get context(): Context | undefined {
    return this.#context;
  }

  /** Has what follows, and what request and response emit, be in this context. */
  enter(entered: Context): void {
    this.#context = entered;
    markExchange(this.#request, this);
    markExchange(this.#response, this);
    this.#connection = enterForRequest(entered, this.#request);
    this.#parts.open.begin();
  }

  /** An error, as that of a write after the end, changes neither route nor status, which are told at the close. */
  willEmit(emitter: object, event: 'end' | 'error', value: unknown): void {
    if (event === 'error' && emitter === this.#response && !this.#hasEnded) this.#fail(value);
  }

  hasClosed(emitter: object): void {
    if (emitter !== this.#response || this.#hasClosed) return;
    this.#hasClosed = true;
    this.#connection?.release();
    try {
      this.end();
    } finally {
      this.#parts.open.end();
    }
  }

  /** Records an exception that nobody has caught. In a process that goes on, the request may be answered all the same. */
  failUncaught(error: unknown, endsProcess: boolean): void {
    if (this.#hasEnded) return;
    this.#fail(error);
    if (endsProcess) this.end();
    else endAtExit(this);
  }

  /** Ends the span, at the close of the response or of the process. */
  end(): void {
    if (this.#hasEnded) return;
    const { errored } = this.#response; // what it was destroyed with, as by `pipeline()`: it emits no error
    if (errored) this.#fail(errored);
    this.#hasEnded = true;
    const isRecording = this.span.isRecording();
    const attributes = isRecording || this.#startedAt !== 0 ? this.#attributesAtEnd() : NONE;
    try {
      if (isRecording) this.#finish(attributes);
      this.#callLastHook();
    } finally {
      this.span.end();
      this.#measure(attributes);
      if (this.#errorType !== undefined) forgetEnded(this);
    }
  }

  #fail(error: unknown): void {
    if (this.#errorType !== undefined && this.#lastError === error) return; // emitted, and thrown as nobody listens
    const type = errorName(error);
    this.#errorType ??= type;
    this.#lastError = error;
    setSpanError(this.span, error, type);
  }

  /** Of a response that was never begun, because the connection is gone, nobody has got a status. */
  #attributesAtEnd(): Attributes {
    const attributes: Attributes = {};
    const { headersSent, statusCode } = this.#response;
    if (headersSent) attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = statusCode;
    if (this.route !== undefined) attributes[ATTR_HTTP_ROUTE] = this.route;
    const isRefused = headersSent && statusCode >= 500;
    const errorTypeAtEnd = this.#errorType ?? (isRefused ? String(statusCode) : undefined);
    if (errorTypeAtEnd !== undefined) attributes[ATTR_ERROR_TYPE] = errorTypeAtEnd;
    return attributes;
  }

  #finish(attributes: Attributes): void {
    const { server } = this.#parts.settings();
    if (server !== undefined) {
      this.span.setAttributes(captureHeaders(server.response, (name) => this.#response.getHeader(name)));
    }
    this.span.setAttributes(attributes);
    const isToldBefore = this.#errorType !== undefined;
    if (attributes[ATTR_ERROR_TYPE] !== undefined && !isToldBefore) {
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    if (this.route) this.span.updateName(`${this.#request.method ?? 'GET'} ${this.route}`);
  }

  #callLastHook(): void {
    const { applyCustomAttributesOnSpan: hook } = this.#parts.settings().config;
    if (hook === undefined) return;
    runGuarded('applyCustomAttributesOnSpan of http', () =>
      context.with(this.#context ?? context.active(), hook, undefined, this.span, this.#request, this.#response),
    );
  }

  #measure(atEnd: Attributes): void {
    if (this.#startedAt === 0) return;
    this.#parts.durations.recordServer(this.#startedAt, {
      [ATTR_HTTP_REQUEST_METHOD]: requestMethod(this.#request.method),
      [ATTR_URL_SCHEME]: schemeOf(this.#request),
      [ATTR_NETWORK_PROTOCOL_VERSION]: this.#request.httpVersion,
      ...atEnd,
    });
  }
}

/** A request that is left untraced, with all that is done for it. */
export class IgnoredExchange implements Exchange {
  readonly copy: object = COPY;
  readonly context: Context;
  readonly #open: OpenRequests;
  readonly #response: ServerResponse;
  readonly #connection: EnteredConnection | undefined;
  #hasClosed = false;

  constructor({ open }: HttpParts, request: IncomingMessage, response: ServerResponse, entered: Context) {
    this.context = entered;
    this.#open = open;
    this.#response = response;
    markExchange(request, this);
    markExchange(response, this);
    this.#connection = enterForRequest(entered, request);
    open.begin();
  }

  willEmit(): void {}

  hasClosed(emitter: object): void {
    if (emitter !== this.#response || this.#hasClosed) return;
    this.#hasClosed = true;
    this.#connection?.release();
    this.#open.end();
  }
}
