import { format } from 'node:util';

import { severityOfName } from '@clew/logs/severity';
import { context } from '@opentelemetry/api';

import { HooklessInstrumentation } from '../hookless-instrumentation.ts';
import { createLineObserver } from '../lines/line-observer.ts';
import { cutBody, type LogLine } from '../lines/log-line.ts';
import { exceptionOf, restOfError } from '../lines/logged-exception.ts';
import type { LoggerConfig } from '../lines/logger-config.ts';

/** Node publishes what the methods of `console` are called with, before they print it. */
const METHODS = ['debug', 'log', 'info', 'warn', 'error'] as const;

/**
 * Makes a log record of each line that is printed with `console`, where a logger provider is registered. It replaces no
 * method. What a logger prints through `console` is that logger's line and makes none.
 */
export class ConsoleInstrumentation extends HooklessInstrumentation<LoggerConfig> {
  constructor(config: LoggerConfig = {}) {
    super('@clew/instrumentations/console', config);
    const observer = createLineObserver(
      'console',
      () => this.getConfig(),
      () => this.logger,
    );
    for (const method of METHODS) {
      const severity = severityOfName(method);
      this.subscribe(`console.${method}`, (values) => {
        if (observer.wants(severity)) observer.observe(() => readCall(method, severity, values as unknown[]));
      });
    }
  }
}

function readCall(method: string, severityNumber: LogLine['severityNumber'], values: readonly unknown[]): LogLine {
  const error = values.find((value) => value instanceof Error);
  const rest = error && restOfError(error);
  return {
    severityNumber,
    severityText: method,
    timestamp: Date.now(),
    body: cutBody(format(...values)),
    attributes: rest === undefined ? {} : { err: rest },
    exception: exceptionOf(error),
    context: context.active(),
  };
}
