import { createRequire } from 'node:module';

import { ProtobufTraceSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { ConsoleSpanExporter, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';

import { createOtlpHttpExporter } from './otlp-http-exporter.ts';
import { otlpSettingsFor } from './otlp-settings.ts';
import type { ResolvedOptions, TraceExporterName } from './options.ts';
import { requirePart } from './require-part.ts';

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
      return [createOtlpExporter(options)];
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

function createOtlpExporter(options: ResolvedOptions): AbortableSpanExporter {
  const settings = otlpSettingsFor('traces', options);
  if (settings.protocol === 'grpc') {
    const { createGrpcTraceExporter } = requirePart<typeof import('./otlp-grpc-exporters.ts')>('otlp-grpc-exporters');
    return createGrpcTraceExporter(settings);
  }
  const serializer = settings.protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  return createOtlpHttpExporter<ReadableSpan[]>('traces', serializer, settings);
}
