import { logs } from '@opentelemetry/api';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchLogRecordProcessor,
  ConsoleLogRecordExporter,
  LoggerProvider,
  type LogRecordExporter,
  type LogRecordProcessor,
  type ReadableLogRecord,
} from '@opentelemetry/sdk-logs';

import { batchConfig } from './batch-config.ts';
import type { LogExporterName, ResolvedOptions } from './options.ts';
import { createOtlpExporter } from './otlp-exporter.ts';
import { otlpSettingsFor } from './otlp-settings.ts';
import type { Pipeline } from './span-pipeline.ts';
import { tellingExporter } from './telling-exporter.ts';

type AbortableLogExporter = LogRecordExporter & { abort?(): void };

/** Registers a logger provider with the exporters that the options name. Loaded only when one is named. */
export function startLogs(options: ResolvedOptions, resource: Resource): Pipeline {
  const exporters = options.exporters.logs.flatMap((name) => createExporter(name, options));
  const batches = exporters.map((exporter) => {
    return new BatchLogRecordProcessor({ exporter, ...batchConfig(options.logBatch) });
  });
  let recorded = 0;
  const counter: LogRecordProcessor = {
    onEmit: () => void (recorded += 1),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const processors = [counter, ...options.logRecordProcessors, ...batches];
  const provider = new LoggerProvider({
    resource,
    processors,
    logRecordLimits: {
      attributeValueLengthLimit: options.logLimits.attributeValueLength,
      attributeCountLimit: options.logLimits.attributeCount,
    },
  });
  logs.setGlobalLoggerProvider(provider);
  return {
    async flush(timeoutMillis) {
      await Promise.allSettled([provider.forceFlush({ timeoutMillis })]);
    },
    abort() {
      for (const exporter of exporters) exporter.abort?.();
    },
    recorded: () => recorded,
    shutdown: () => provider.shutdown(),
  };
}

function createExporter(name: LogExporterName, options: ResolvedOptions): AbortableLogExporter[] {
  switch (name) {
    case 'otlp':
      return [createOtlp(options)];
    case 'console':
      return [new ConsoleLogRecordExporter()];
    case 'none':
      return [];
  }
}

function createOtlp(options: ResolvedOptions): AbortableLogExporter {
  const settings = otlpSettingsFor('logs', options);
  const serializer = settings.protocol === 'http/json' ? JsonLogsSerializer : ProtobufLogsSerializer;
  return tellingExporter('logs', createOtlpExporter<ReadableLogRecord[]>('logs', serializer, settings));
}
