import { createRequire } from 'node:module';

import { ProtobufTraceSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { ConsoleSpanExporter, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';

import { createOtlpExporter } from './otlp-exporter.ts';
import { otlpSettingsFor } from './otlp-settings.ts';
import type { ResolvedOptions, TraceExporterName } from './options.ts';

/** A span exporter that can be told that the process waits no longer. */
export type AbortableSpanExporter = SpanExporter & { abort?(): void };

const require = createRequire(import.meta.url);

/** The exporters that the options name, with those given in code. */
export function createTraceExporters(options: ResolvedOptions): AbortableSpanExporter[] {
  return options.exporters.traces.flatMap((each) => (typeof each === 'string' ? createNamed(each, options) : [each]));
}

function createNamed(name: TraceExporterName, options: ResolvedOptions): AbortableSpanExporter[] {
  switch (name) {
    case 'otlp':
      return [createOtlp(options)];
    case 'console':
      return [new ConsoleSpanExporter()];
    case 'zipkin': {
      const { ZipkinExporter } =
        require('@opentelemetry/exporter-zipkin') as typeof import('@opentelemetry/exporter-zipkin');
      return [new ZipkinExporter({ url: options.zipkin.endpoint })];
    }
    case 'none':
      return [];
  }
}

function createOtlp(options: ResolvedOptions): AbortableSpanExporter {
  const settings = otlpSettingsFor('traces', options);
  const serializer = settings.protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  return createOtlpExporter<ReadableSpan[]>('traces', serializer, settings);
}
