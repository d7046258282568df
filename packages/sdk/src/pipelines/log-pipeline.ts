import { logs } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchLogRecordProcessor,
  ConsoleLogRecordExporter,
  LoggerProvider,
  type LogRecordProcessor,
  type ReadableLogRecord,
} from '@opentelemetry/sdk-logs';

import { batchConfig } from './batch-config.ts';
import { guardedLogProcessor } from '../guarded/guarded-log-processor.ts';
import { guardedLoggerProvider } from '../guarded/guarded-logger-provider.ts';
import { holdRecords } from './hold-records.ts';
import { logExporters } from '../options/other-signals.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { otlpSettingsFor } from '../options/otlp-settings-for.ts';
import { logFormat } from '../outbox/encoding/log-format.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { redactLogRecords } from '../redaction/redact-log-records.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { registerWithOlderLogsApi } from './older-logs-api.ts';
import type { Pipeline } from './pipeline.ts';

/** Creates the way of log records to the exporters that the options name. Loaded only when one is named. */
export function createLogPipeline(
  options: ResolvedOptions,
  resource: Resource,
  outbox: Outbox,
  redactor: Redactor,
): Pipeline {
  const isNamed = (name: string) => logExporters(options).some((exporter) => exporter === name);
  const toConsole = isNamed('console') ? [createConsoleProcessor(options)] : [];
  let recorded = 0;
  const redaction = redactLogRecords(redactor);
  // Those of the user may be exporters, and may write what must be redacted.
  const own =
    options.logRecordProcessors.length > 0 ? [...options.logRecordProcessors.map(guardedLogProcessor), redaction] : [];
  const provider = new LoggerProvider({
    resource,
    processors: [
      logObserver(() => (recorded += 1)),
      redaction,
      ...holdRecords(options.logs.hold, [
        ...own,
        ...(isNamed('otlp') ? [createOutboxProcessor(options, resource, outbox)] : []),
        ...toConsole,
      ]),
    ],
    logRecordLimits: {
      attributeValueLengthLimit: options.logLimits.attributeValueLength,
      attributeCountLimit: options.logLimits.attributeCount,
    },
  });
  const hasOthers = own.length + toConsole.length > 0;
  let ended = 0;
  async function flush(timeoutMillis: number): Promise<void> {
    if (hasOthers) await Promise.allSettled([provider.forceFlush({ timeoutMillis })]);
  }

  const guarded = guardedLoggerProvider(provider);
  let unregisterOlder = () => {};
  return {
    register() {
      logs.setGlobalLoggerProvider(guarded);
      unregisterOlder = registerWithOlderLogsApi(guarded);
    },
    flush,
    async end(timeoutMillis) {
      ended = recorded;
      await flush(timeoutMillis);
    },
    hasUnsent: () => hasOthers && recorded !== ended,
    async shutdown() {
      logs.disable();
      unregisterOlder();
      await provider.shutdown();
    },
  };
}

function createConsoleProcessor({ logBatch }: ResolvedOptions): LogRecordProcessor {
  return new BatchLogRecordProcessor({ exporter: new ConsoleLogRecordExporter(), ...batchConfig(logBatch) });
}

function createOutboxProcessor(options: ResolvedOptions, resource: Resource, outbox: Outbox): LogRecordProcessor {
  const settings = otlpSettingsFor('logs', options);
  const format = logFormat(settings.protocol);
  return logObserver(outbox.open({ signal: 'logs', format, settings, resource, batch: options.logBatch }));
}

/** A processor that has nothing to flush. */
function logObserver(onEmit: (record: ReadableLogRecord) => void): LogRecordProcessor {
  return { onEmit, forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() };
}
