import { isMainThread } from 'node:worker_threads';

import { writeLine } from '@clew/diagnostics';

import type { LogExporterName, ResolvedOptions } from './options.ts';

/** Short names of the instrumentations that see the lines of loggers. */
const LOGGERS: ReadonlySet<string> = new Set(['pino', 'winston', 'bunyan', 'console']);

export function isLogger(name: string): boolean {
  return LOGGERS.has(name);
}

/** The exporters of logs that the options ask for; what is named wins over the switch. */
export function logExporters({ exporters, logs }: ResolvedOptions): readonly LogExporterName[] {
  if (exporters.logs.length > 0) return exporters.logs;
  return logs.export ? ['otlp'] : [];
}

/** Whether log records go anywhere. */
export function hasLogs(options: ResolvedOptions): boolean {
  return options.logRecordProcessors.length > 0 || logExporters(options).some((name) => name !== 'none');
}

/** Whether anything is done with the lines of loggers. */
export function wantsLines(options: ResolvedOptions): boolean {
  const { correlate, hold, exceptions, events } = options.logs;
  return correlate || exceptions || events || hold !== 'none' || hasLogs(options);
}

/** What the instrumentations of loggers are constructed with. */
export function loggerConfig({ logs }: ResolvedOptions): object {
  const { correlate, hold, exceptions, events } = logs;
  return { disableLogCorrelation: !correlate, hold, exceptions, events };
}

/** In a cluster the lines on stdout are collected as well, as a rule; whether twice is too much, the user decides. */
export function tellDoubledLogs(options: ResolvedOptions, env: NodeJS.ProcessEnv): void {
  if (!isMainThread || !env['KUBERNETES_SERVICE_HOST'] || !logExporters(options).includes('otlp')) return;
  if (options.logLevel === 'none' || options.logLevel === 'error') return;
  writeLine(
    'logs are exported over OTLP: where the stdout of this container is collected too, each line arrives twice',
  );
}
