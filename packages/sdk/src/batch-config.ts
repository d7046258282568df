import type { ResolvedOptions } from './options.ts';

/** The options of a batch as OpenTelemetry's processors name them; no batch is larger than its queue. */
export function batchConfig({
  maxQueueSize,
  maxExportBatchSize,
  scheduleDelayMillis,
  exportTimeoutMillis,
}: ResolvedOptions['batch']): {
  maxQueueSize: number;
  maxExportBatchSize: number;
  scheduledDelayMillis: number;
  exportTimeoutMillis: number;
} {
  return {
    maxQueueSize,
    maxExportBatchSize: Math.min(maxExportBatchSize, maxQueueSize),
    scheduledDelayMillis: scheduleDelayMillis,
    exportTimeoutMillis,
  };
}
