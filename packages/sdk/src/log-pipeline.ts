import { logs } from '@opentelemetry/api';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchLogRecordProcessor,
  ConsoleLogRecordExporter,
  LoggerProvider,
  type LogRecordExporter,
  type ReadableLogRecord,
} from '@opentelemetry/sdk-logs';

import type { LogExporterName, ResolvedOptions } from './options.ts';
import { createGrpcLogExporter } from './otlp-grpc-exporters.ts';
import { createOtlpHttpExporter } from './otlp-http-exporter.ts';
import { otlpSettingsFor } from './otlp-settings.ts';
import type { Pipeline } from './span-pipeline.ts';

/** Registers a logger provider with the exporters that the options name. Loaded only when one is named. */
export function startLogs(options: ResolvedOptions, resource: Resource): Pipeline {
  const exporters = options.exporters.logs.flatMap((name) => createExporter(name, options));
  const { maxQueueSize, maxExportBatchSize, scheduleDelayMillis, exportTimeoutMillis } = options.logBatch;
  const batches = exporters.map((exporter) => {
    return new BatchLogRecordProcessor({
      exporter,
      maxQueueSize,
      maxExportBatchSize: Math.min(maxExportBatchSize, maxQueueSize),
      scheduledDelayMillis: scheduleDelayMillis,
      exportTimeoutMillis,
    });
  });
  const provider = new LoggerProvider({ resource, processors: [...options.logRecordProcessors, ...batches] });
  logs.setGlobalLoggerProvider(provider);
  return {
    async flush(timeoutMillis) {
      await Promise.allSettled([provider.forceFlush({ timeoutMillis })]);
    },
    abort() {},
    shutdown: () => provider.shutdown(),
  };
}

function createExporter(name: LogExporterName, options: ResolvedOptions): LogRecordExporter[] {
  switch (name) {
    case 'otlp':
      return [createOtlpExporter(options)];
    case 'console':
      return [new ConsoleLogRecordExporter()];
    case 'none':
      return [];
  }
}

function createOtlpExporter(options: ResolvedOptions): LogRecordExporter {
  const settings = otlpSettingsFor('logs', options);
  if (settings.protocol === 'grpc') return createGrpcLogExporter(settings);
  const serializer = settings.protocol === 'http/json' ? JsonLogsSerializer : ProtobufLogsSerializer;
  return createOtlpHttpExporter<ReadableLogRecord[]>('logs', serializer, settings);
}
