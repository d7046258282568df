import { readProperty, runGuarded } from '@clew/diagnostics';
import { readError } from '@clew/spans/internal';
import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';

import { captureHeaders, type CapturedHeaders } from '../requests/captured-headers.ts';
import type { OpenRequests } from '../requests/open-requests.ts';
import { errorCode, setSpanError } from '../requests/span-error.ts';
import type { RequestDuration } from './request-duration.ts';
import { headersOf, valuesOf } from './request-headers.ts';
import type { Origin } from './request-url.ts';
import { responseHeaders } from './response-headers.ts';
import type { UndiciInstrumentationConfig, UndiciRequest, UndiciResponse } from './undici-config.ts';

/** What is asked of each request, prepared once. */
export interface UndiciSettings {
  readonly config: UndiciInstrumentationConfig;
  readonly captured: CapturedHeaders | undefined;
  readonly duration: RequestDuration;
  readonly open: OpenRequests;
}

/** The connection that a request is sent over, as far as it is read. */
interface Socket {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly alpnProtocol?: string | false | null;
}

/** A request from its creation to the end of its response or its failure. */
export class UndiciExchange {
  /** The instrumentation that made it. */
  readonly owner: object;
  readonly #settings: UndiciSettings;
  readonly #request: UndiciRequest;
  readonly #span: Span;
  readonly #origin: Origin;
  readonly #method: string;
  /** 0 where it is not measured. */
  readonly #startedAt: number;
  #peerAddress: string | undefined;
  #peerPort: number | undefined;
  #protocolVersion: string | undefined;
  #statusCode: number | undefined;
  #hasEnded = false;

  constructor(
    owner: object,
    settings: UndiciSettings,
    request: UndiciRequest,
    span: Span,
    origin: Origin,
    method: string,
  ) {
    this.owner = owner;
    this.#settings = settings;
    this.#request = request;
    this.#span = span;
    this.#origin = origin;
    this.#method = method;
    this.#startedAt = settings.duration.isMeasured ? performance.now() : 0;
  }

  /** The headers of the request are sent. What is known of the connection is read: it may be closed later. */
  send(socket: Socket | undefined): void {
    if (this.#hasEnded || socket === undefined || socket === null) return;
    this.#peerAddress = socket.remoteAddress;
    this.#peerPort = socket.remotePort;
    this.#protocolVersion = socket.alpnProtocol === 'h2' ? '2' : '1.1';
    const { captured } = this.#settings;
    if (captured === undefined || !this.#span.isRecording()) return;
    this.#span.setAttributes(captureHeaders(captured.request, valuesOf(headersOf(this.#request.headers))));
  }

  /** The headers of the response have come. */
  respond(response: UndiciResponse): void {
    if (this.#hasEnded) return;
    this.#statusCode = response.statusCode;
    const { config, captured } = this.#settings;
    if (config.responseHook !== undefined) {
      runGuarded('responseHook of undici', () =>
        config.responseHook?.(this.#span, { request: this.#request, response }),
      );
    }
    if (!this.#span.isRecording()) return;
    const attributes = this.#peerAttributes();
    attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = response.statusCode;
    if (response.statusCode >= 400) attributes[ATTR_ERROR_TYPE] = String(response.statusCode);
    if (captured !== undefined) {
      Object.assign(attributes, captureHeaders(captured.response, valuesOf(responseHeaders(response.headers))));
    }
    this.#span.setAttributes(attributes);
    if (response.statusCode >= 400) this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  /** The response has been read. */
  finish(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#settings.open.end();
    this.#span.end();
    this.#measure(undefined);
  }

  /** The connection goes on as another protocol. */
  upgrade(response: UndiciResponse): void {
    if (this.#hasEnded) return; // its version of undici has published that
    this.respond(response);
    this.finish();
  }

  fail(error: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#settings.open.end();
    const isAborted = readProperty(error, 'name') === 'AbortError'; // which the application wants
    const type = isAborted ? undefined : (errorCode(error) ?? readError(error).type);
    if (this.#span.isRecording()) {
      if (this.#statusCode === undefined) this.#span.setAttributes(this.#peerAttributes());
      if (type !== undefined) setSpanError(this.#span, error, type);
    }
    this.#span.end();
    this.#measure(type);
  }

  #peerAttributes(): Attributes {
    const attributes: Attributes = {};
    if (this.#protocolVersion === undefined) return attributes;
    attributes[ATTR_NETWORK_PROTOCOL_VERSION] = this.#protocolVersion;
    if (this.#peerAddress === undefined) return attributes; // a socket of the file system
    attributes[ATTR_NETWORK_PEER_ADDRESS] = this.#peerAddress;
    attributes[ATTR_NETWORK_PEER_PORT] = this.#peerPort;
    return attributes;
  }

  #measure(failure: string | undefined): void {
    if (this.#startedAt === 0) return;
    const attributes: Attributes = {
      [ATTR_HTTP_REQUEST_METHOD]: this.#method,
      [ATTR_SERVER_ADDRESS]: this.#origin.address,
      [ATTR_SERVER_PORT]: this.#origin.port,
      [ATTR_URL_SCHEME]: this.#origin.scheme,
    };
    const status = this.#statusCode;
    const error = failure ?? (status !== undefined && status >= 400 ? String(status) : undefined);
    if (status !== undefined) attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = status;
    if (error !== undefined) attributes[ATTR_ERROR_TYPE] = error;
    if (this.#protocolVersion !== undefined) attributes[ATTR_NETWORK_PROTOCOL_VERSION] = this.#protocolVersion;
    this.#settings.duration.record(this.#startedAt, attributes);
  }
}
