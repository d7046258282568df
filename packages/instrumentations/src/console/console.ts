import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { format } from 'node:util';

import { logs, context, type Logger, type LoggerProvider } from '@opentelemetry/api';

import { HooklessInstrumentation } from '../hookless-instrumentation.ts';
import { createLineObserver } from '../lines/line-observer.ts';
import { cutBody, type LogLine } from '../lines/log-line.ts';
import { exceptionOf } from '../lines/logged-exception.ts';
import type { LoggerConfig } from '../lines/logger-config.ts';
import { severityOfName } from '../lines/severity.ts';
import { VERSION } from '../version.ts';

const NAME = '@clew/instrumentations/console';

/** Node publishes what the methods of `console` are called with, before they print it. */
const METHODS = ['debug', 'log', 'info', 'warn', 'error'] as const;

/**
 * Makes a log record of each line that is printed with `console`, where a logger provider is registered. It replaces no
 * method. What a logger prints through `console` is that logger's line and makes none.
 */
export class ConsoleInstrumentation extends HooklessInstrumentation<LoggerConfig> {
  #logger: Logger = logs.getLogger(NAME, VERSION);

  constructor(config: LoggerConfig = {}) {
    const listeners = METHODS.map((method) => ({
      channel: `console.${method}`,
      onCall: (values: unknown) => onCall(method, values as unknown[]),
    }));
    super(NAME, config, {
      on() {
        for (const { channel, onCall } of listeners) subscribe(channel, onCall);
      },
      off() {
        for (const { channel, onCall } of listeners) unsubscribe(channel, onCall);
      },
    });
    const observer = createLineObserver('console', config, () => this.#logger);

    function onCall(method: string, values: readonly unknown[]): void {
      const severity = severityOfName(method);
      if (observer.wants(severity)) observer.observe(() => readCall(method, values));
    }
  }

  setLoggerProvider(provider: LoggerProvider): void {
    this.#logger = provider.getLogger(NAME, VERSION);
  }
}

function readCall(method: string, values: readonly unknown[]): LogLine {
  const error = values.find((value) => value instanceof Error);
  return {
    severityNumber: severityOfName(method),
    severityText: method,
    timestamp: Date.now(),
    body: cutBody(format(...values)),
    attributes: {},
    exception: exceptionOf(error),
    context: context.active(),
  };
}
