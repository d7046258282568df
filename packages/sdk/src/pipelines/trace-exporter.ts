import { createRequire } from 'node:module';

import { ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace';

import type { ResolvedOptions, TraceExporterName } from '../options/options.ts';

const require = createRequire(import.meta.url);

/** The exporters beside OTLP that the options name, with those given in code. */
export function createTraceExporters(options: ResolvedOptions): SpanExporter[] {
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
