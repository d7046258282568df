import { askCallback, guard, runGuarded } from '@clew/diagnostics';
import { withTarget } from '@clew/spans';
import { lightContext, overrideMethod, startLazily, type SpanDescription } from '@clew/spans/internal';
import {
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  metrics,
  propagation,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type MeterProvider,
  type Span,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';

import { HooklessInstrumentation } from '../hookless-instrumentation.ts';
import { capturedHeaders } from '../requests/captured-headers.ts';
import { OpenRequests } from '../requests/open-requests.ts';
import { OTHER_METHOD, requestMethod } from '../requests/request-method.ts';
import { countWatcher, sharedRequests } from '../requests/shared-requests.ts';
import { VERSION } from '../version.ts';
import { UndiciExchange, type UndiciSettings } from './exchange.ts';
import { RequestDuration } from './request-duration.ts';
import { lastHeader, requestSetter } from './request-headers.ts';
import { requestUrl, type RequestUrl } from './request-url.ts';
import type { UndiciInstrumentationConfig, UndiciRequest, UndiciResponse } from './undici-config.ts';

export type { UndiciInstrumentationConfig, UndiciRequest, UndiciResponse } from './undici-config.ts';

/** The first that a `fetch` or a request by undici tells: it has its headers, and is sent later. */
export const REQUEST_CREATED = 'undici:request:create';

const NAME = '@clew/instrumentations/undici';

/**
 * Spans and durations of the requests of undici and of Node's own `fetch`, `WebSocket` and `EventSource`. It needs no
 * hook: every copy of undici publishes on the same channels.
 */
export class UndiciInstrumentation extends HooklessInstrumentation<UndiciInstrumentationConfig> {
  readonly #duration = new RequestDuration();
  readonly #open = new OpenRequests();
  readonly #marked = sharedRequests<UndiciExchange>('undici');
  #settings: UndiciSettings;

  constructor(config: UndiciInstrumentationConfig = {}) {
    super(NAME, config);
    this.#settings = settingsOf(this.getConfig(), this.#duration, this.#open);
    this.#duration.connect(metrics.getMeterProvider(), NAME, VERSION);
    this.subscribe(REQUEST_CREATED, (message) => this.handOn(message));
    this.whileEnabled(() => countWatcher(this.#marked));
    this.#follow('undici:client:sendHeaders', (exchange, message) => {
      exchange.send((message as { socket?: object }).socket);
    });
    this.#follow('undici:request:headers', (exchange, message) => {
      exchange.respond((message as { response: UndiciResponse }).response);
    });
    this.#follow('undici:request:trailers', (exchange) => exchange.finish());
    this.#follow('undici:request:error', (exchange, message) => exchange.fail((message as { error?: unknown }).error));
  }

  /** Takes the message of a request that is created, which may have been published when this was not there yet. */
  handOn(message: unknown): void {
    const { request } = message as { request: UndiciRequest };
    if (typeof request !== 'object' || typeof request.addHeader !== 'function') return; // somebody else publishes here
    if (request.method === 'CONNECT' || this.#marked.read(request) !== undefined) return; // that is how a proxy is asked
    const parent = context.active();
    if (isTracingSuppressed(parent)) return;
    const { config } = this.#settings;
    const { ignoreRequestHook: ignores } = config;
    if (ignores !== undefined && askCallback('ignoreRequestHook of undici', false, () => ignores(request))) return;
    const url = requestUrl(request.origin, request.path);
    if (url !== undefined) this.#trace(request, url, parent);
  }

  override setConfig(config: UndiciInstrumentationConfig): void {
    super.setConfig(config);
    this.#settings = settingsOf(this.getConfig(), this.#duration, this.#open);
  }

  override setMeterProvider(provider: MeterProvider): void {
    this.#duration.connect(provider, NAME, VERSION);
  }

  #trace(request: UndiciRequest, url: RequestUrl, parent: Context): void {
    const { config, duration } = this.#settings;
    const method = requestMethod(request.method);
    const span = this.#startSpan(request, url, method, parent);
    // A request that is not recorded costs nothing more, unless somebody asks how it went, or would take it as well.
    const isAsked = duration.isMeasured || config.responseHook !== undefined || this.#marked.watchers > 1;
    if (isAsked || span.isRecording()) {
      const exchange = new UndiciExchange(this, this.#settings, request, span, url.origin, method);
      this.#marked.mark(request, exchange);
      this.#open.begin();
      if (typeof request.upgrade === 'string') endWithUpgrade(request, exchange);
    }
    const { requestHook } = config;
    if (requestHook !== undefined) runGuarded('requestHook of undici', () => requestHook(span, request));
    propagation.inject(
      withTarget(trace.setSpan(lightContext(parent), span), url.origin.target),
      request,
      requestSetter,
    );
  }

  #startSpan(request: UndiciRequest, url: RequestUrl, method: string, parent: Context): Span {
    const { config } = this.#settings;
    const { requireParentforSpans } = config;
    if (requireParentforSpans === true && !isSpanContextValid(trace.getSpanContext(parent) ?? INVALID_SPAN_CONTEXT)) {
      return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    }
    const name = method === OTHER_METHOD ? 'HTTP' : method;
    return startLazily(this.tracer, name, SpanKind.CLIENT, parent, () => describe(request, url, method, config));
  }

  /** Hands the messages of a channel to the exchanges that this instrumentation has made. */
  #follow(channel: string, handle: (exchange: UndiciExchange, message: object) => void): void {
    const onMessage = (message: unknown) => {
      const exchange = this.#marked.read((message as { request: object }).request);
      if (exchange?.owner === this) handle(exchange, message as object);
    };
    this.subscribe(channel, onMessage, this.#open);
  }
}

function settingsOf(
  config: UndiciInstrumentationConfig,
  duration: RequestDuration,
  open: OpenRequests,
): UndiciSettings {
  return { config, captured: capturedHeaders(config.headersToSpanAttributes), duration, open };
}

function describe(
  request: UndiciRequest,
  url: RequestUrl,
  method: string,
  { startSpanHook }: UndiciInstrumentationConfig,
): SpanDescription {
  const attributes = attributesOf(request, url, method);
  if (startSpanHook !== undefined) {
    Object.assign(
      attributes,
      askCallback('startSpanHook of undici', undefined, () => startSpanHook(request)),
    );
  }
  return { attributes, isOwn: startSpanHook === undefined };
}

function attributesOf(request: UndiciRequest, { origin, path }: RequestUrl, method: string): Attributes {
  const mark = path.indexOf('?');
  // Written out: an object whose keys are computed takes several times as long to make.
  const attributes: Attributes = {
    'http.request.method': method,
    'url.full': origin.prefix + path,
    'url.path': mark === -1 ? path : path.slice(0, mark),
    'url.scheme': origin.scheme,
    'server.address': origin.address,
    'server.port': origin.port,
  };
  if (mark !== -1) attributes['url.query'] = path.slice(mark + 1);
  if (request.method !== method) attributes['http.request.method_original'] = request.method;
  const userAgent = lastHeader(request.headers, 'user-agent');
  if (userAgent !== undefined) {
    attributes['user_agent.original'] = typeof userAgent === 'string' ? userAgent : userAgent.at(-1);
  }
  return attributes;
}

/** Older copies publish nothing of a connection that becomes a WebSocket: a span of it would not end. */
function endWithUpgrade(request: UndiciRequest, exchange: UndiciExchange): void {
  for (const name of UPGRADES) {
    overrideMethod(request, name, (original) => {
      return function upgraded(this: unknown, ...args: unknown[]) {
        const result = Reflect.apply(original, this, args);
        const [statusCode, headers] = args as [number, UndiciResponse['headers']];
        guard('the end of an upgrade', undefined, () => exchange.upgrade({ statusCode, headers, statusText: '' }));
        return result;
      };
    });
  }
}

/** What a copy calls to tell it, of which each has one: before undici 8, and since. */
const UPGRADES = ['onUpgrade', 'onRequestUpgrade'];
