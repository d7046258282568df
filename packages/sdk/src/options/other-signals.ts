import { isMainThread } from 'node:worker_threads';

import { writeLine } from '@clew/diagnostics';

import type { LogExporterName, ResolvedOptions } from './options.ts';

/** Tells whether metrics are collected; like logs, they are off until something takes them. */
export function hasMetrics({ exporters, metricReaders }: ResolvedOptions): boolean {
  return metricReaders.length > 0 || exporters.metrics.some((name) => name !== 'none');
}

/** Tells whether log records go anywhere. */
export function hasLogs(options: ResolvedOptions): boolean {
  return options.logRecordProcessors.length > 0 || logExporters(options).some((name) => name !== 'none');
}

/** The exporters of logs that the options ask for; what is named wins over the switch. */
export function logExporters({ exporters, logs }: ResolvedOptions): readonly LogExporterName[] {
  if (exporters.logs.length > 0) return exporters.logs;
  return logs.export ? ['otlp'] : [];
}

/** In a cluster the lines on stdout are collected as well, as a rule; whether twice is too much, the user decides. */
export function tellDoubledLogs(options: ResolvedOptions, env: NodeJS.ProcessEnv): void {
  if (!isMainThread || !env['KUBERNETES_SERVICE_HOST'] || !logExporters(options).includes('otlp')) return;
  if (options.logLevel === 'none' || options.logLevel === 'error') return;
  writeLine('logs are exported over OTLP; if the stdout of this container is collected too, each line arrives twice');
}
