import {
  logs,
  trace,
  type Logger,
  type LoggerProvider,
  type MeterProvider,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import type { Instrumentation, InstrumentationConfig } from '@opentelemetry/instrumentation';

import { guardedSubscribe } from '@clew/diagnostics';

import type { OpenRequests } from './requests/open-requests.ts';
import { VERSION } from './version.ts';

/**
 * An instrumentation that needs no hook into module loading. It stands in for upstream's `InstrumentationBase`, whose
 * module costs a process some 30 ms at its start: of that package only types are imported here.
 *
 * A subclass says in its constructor, after `super()`, what it does while it is enabled: by `subscribe` and
 * `whileEnabled`.
 */
export abstract class HooklessInstrumentation<
  Config extends InstrumentationConfig = InstrumentationConfig,
> implements Instrumentation<Config> {
  readonly instrumentationName: string;
  readonly instrumentationVersion: string = VERSION;
  readonly #attachments: Attachment[] = [];
  #config: Config;
  #isOn: boolean;
  #tracer: Tracer;
  #logger: Logger;

  constructor(name: string, config: Config) {
    this.instrumentationName = name;
    this.#config = { enabled: true, ...config };
    this.#isOn = this.#config.enabled === true;
    this.#tracer = trace.getTracer(name, VERSION);
    this.#logger = logs.getLogger(name, VERSION);
  }

  /** The tracer of the provider that was set last, as upstream's instrumentations have it. */
  protected get tracer(): Tracer {
    return this.#tracer;
  }

  /** The logger of the provider that was set last. */
  protected get logger(): Logger {
    return this.#logger;
  }

  /** Has the handler get each message of a channel while this is enabled. What it throws is reported. */
  protected subscribe(channel: string, handler: (message: unknown) => void, open?: OpenRequests): void {
    const task = `${this.instrumentationName} on ${channel}`;
    this.whileEnabled(() => guardedSubscribe(channel, task, handler), open);
  }

  /**
   * Calls `attach` now and at each `enable()`, and what it returned at `disable()`: with `open`, only when none of these requests
   * is open any more.
   */
  protected whileEnabled(attach: () => () => void, open?: OpenRequests): void {
    this.#attachments.push({ attach, open, detach: this.#isOn ? attach() : undefined });
  }

  enable(): void {
    this.#isOn = true;
    for (const attachment of this.#attachments) attachment.detach ??= attachment.attach();
  }

  disable(): void {
    this.#isOn = false;
    for (const attachment of this.#attachments) {
      const { open } = attachment;
      if (open === undefined) this.#detach(attachment);
      else open.whenNone(() => this.#detach(attachment));
    }
  }

  #detach(attachment: Attachment): void {
    if (this.#isOn) return; // again, while requests were open
    attachment.detach?.();
    attachment.detach = undefined;
  }

  getConfig(): Config {
    return this.#config;
  }

  setConfig(config: Config): void {
    this.#config = { enabled: true, ...config };
  }

  setTracerProvider(provider: TracerProvider): void {
    this.#tracer = provider.getTracer(this.instrumentationName, VERSION);
  }

  setLoggerProvider(provider: LoggerProvider): void {
    this.#logger = provider.getLogger(this.instrumentationName, VERSION);
  }

  /** Does nothing where there are no metrics. */
  setMeterProvider(_provider: MeterProvider): void {}
}

/** Work that is done while the instrumentation is enabled; `detach` is there while it is done. */
interface Attachment {
  readonly attach: () => () => void;
  readonly open: OpenRequests | undefined;
  detach: (() => void) | undefined;
}
