import { metrics, type MeterProvider } from '@opentelemetry/api';

import { noteAgentOptions } from './agent-options.ts';
import { REQUEST_CREATED, RESPONSE_COMES, startClientRequest, takeResponse } from './client-requests.ts';
import { httpRequests } from './exchange.ts';
import type { HttpInstrumentationConfig } from './http-config.ts';
import { HttpDurations } from './http-durations.ts';
import { httpSettings, type HttpParts, type HttpSettings } from './http-settings.ts';
import { watchMessages } from './message-events.ts';
import { REQUEST_STARTS, startServerRequest } from './server-requests.ts';
import { watchUncaughtExceptions } from './uncaught-exceptions.ts';
import { HooklessInstrumentation } from '../hookless-instrumentation.ts';
import { OpenRequests } from '../requests/open-requests.ts';
import { countWatcher } from '../requests/shared-requests.ts';
import { VERSION } from '../version.ts';

export { REQUEST_CREATED } from './client-requests.ts';
export type { HttpInstrumentationConfig } from './http-config.ts';
export { REQUEST_STARTS } from './server-requests.ts';

const NAME = '@clew/instrumentations/http';

/**
 * Spans and durations of the requests that servers of `node:http` and `node:https` get, and that their clients send. It needs
 * no hook: Node publishes requests on channels, whichever way and whenever its modules were loaded.
 */
export class HttpInstrumentation extends HooklessInstrumentation<HttpInstrumentationConfig> {
  readonly #durations = new HttpDurations();
  readonly #parts: HttpParts;
  #settings: HttpSettings;

  constructor(config: HttpInstrumentationConfig = {}) {
    super(NAME, config);
    this.#settings = httpSettings(this.getConfig());
    this.#durations.connect(metrics.getMeterProvider(), NAME, VERSION);
    const open = new OpenRequests();
    this.#parts = { durations: this.#durations, open, tracer: () => this.tracer, settings: () => this.#settings };
    this.whileEnabled(() => countWatcher(httpRequests()));
    this.whileEnabled(watchMessages, open);
    if (config.disableIncomingRequestInstrumentation !== true) {
      this.whileEnabled(watchUncaughtExceptions, open);
      this.subscribe(REQUEST_STARTS, (message) => startServerRequest(message, this.#parts));
    }
    if (config.disableOutgoingRequestInstrumentation === true) return;
    noteAgentOptions();
    this.subscribe(REQUEST_CREATED, (message) => startClientRequest(message, this.#parts));
    this.subscribe(RESPONSE_COMES, takeResponse, open);
  }

  /** Takes the message of a channel that was published when this was not there yet. */
  handOn(message: object): void {
    const { disableIncomingRequestInstrumentation, disableOutgoingRequestInstrumentation } = this.getConfig();
    if ('response' in message) {
      if (disableIncomingRequestInstrumentation !== true) startServerRequest(message, this.#parts);
    } else if (disableOutgoingRequestInstrumentation !== true) startClientRequest(message, this.#parts);
  }

  override setConfig(config: HttpInstrumentationConfig): void {
    super.setConfig(config);
    this.#settings = httpSettings(this.getConfig());
  }

  override setMeterProvider(provider: MeterProvider): void {
    this.#durations.connect(provider, NAME, VERSION);
  }
}
