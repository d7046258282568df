import type { ResolvedOptions } from '../options/options.ts';

/** Default capacity of OpenTelemetry's processors. */
const DEFAULT_QUEUE_SIZE = 2048;

/** The options of a batch as OpenTelemetry's processors name them; no batch is larger than its queue. */
export function batchConfig({
  maxQueueSize = DEFAULT_QUEUE_SIZE,
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
