import type { Instrumentation, InstrumentationConfig } from '@opentelemetry/instrumentation';

import { VERSION } from './version.ts';

/** What an instrumentation does when it is switched; neither is called twice in a row. */
export interface Switch {
  on(): void;
  off(): void;
}

/**
 * An instrumentation that needs no hook into module loading. It stands in for upstream's `InstrumentationBase`, whose
 * module costs a process some 30 ms at its start: of that package only types are imported here.
 */
export class HooklessInstrumentation<
  Config extends InstrumentationConfig = InstrumentationConfig,
> implements Instrumentation<Config> {
  readonly instrumentationName: string;
  readonly instrumentationVersion: string = VERSION;
  readonly #switch: Switch;
  #config: Config;
  #isOn = false;

  constructor(name: string, config: Config, toggle: Switch) {
    this.instrumentationName = name;
    this.#switch = toggle;
    this.#config = { enabled: true, ...config };
    if (this.#config.enabled) this.enable();
  }

  enable(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#switch.on();
  }

  disable(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#switch.off();
  }

  getConfig(): Config {
    return this.#config;
  }

  setConfig(config: Config): void {
    this.#config = { enabled: true, ...config };
  }

  /** Does nothing: such an instrumentation adds to the spans of others. */
  setTracerProvider(): void {}

  /** Does nothing: there are no metrics. */
  setMeterProvider(): void {}
}
