import { createRequire } from 'node:module';

import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';

import type { Account } from '../outbox/account.ts';
import { batchConfig } from './batch-config.ts';
import { countedExporter } from './counted-exporter.ts';
import type { ResolvedOptions, TraceExporterName } from '../options/options.ts';

const require = createRequire(import.meta.url);

/** Exporters of spans that are not the outbox, each behind a batch processor. */
export interface TraceExporters {
  readonly processors: readonly SpanProcessor[];
  /** Asks the exporters themselves; their processors are asked before. */
  flush(): Promise<void>;
}

/**
 * Creates the exporters beside OTLP that the options name, with those given in code.
 *
 * @param account in which their spans are counted
 */
export function createTraceExporters(options: ResolvedOptions, account: Account): TraceExporters {
  const exporters = exportersOf(options);
  return {
    processors: exporters.map((exporter) => {
      return new BatchSpanProcessor({ exporter: countedExporter(exporter, account), ...batchConfig(options.batch) });
    }),
    async flush() {
      await Promise.allSettled(exporters.map(async (exporter) => exporter.forceFlush?.()));
    },
  };
}

function exportersOf(options: ResolvedOptions): SpanExporter[] {
  return options.exporters.traces.flatMap((each) => (typeof each === 'string' ? createNamed(each, options) : [each]));
}

function createNamed(name: TraceExporterName, options: ResolvedOptions): SpanExporter[] {
  switch (name) {
    case 'console':
      return [new ConsoleSpanExporter()];
    case 'zipkin': {
      const { ZipkinExporter } =
        require('@opentelemetry/exporter-zipkin') as typeof import('@opentelemetry/exporter-zipkin');
      return [new ZipkinExporter({ url: options.zipkin.endpoint })];
    }
    case 'otlp': // goes through the outbox
    case 'none':
      return [];
  }
}
