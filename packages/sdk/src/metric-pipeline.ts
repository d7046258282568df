import { metrics } from '@opentelemetry/api';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  ConsoleMetricExporter,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type IMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';

import type { MetricExporterName, ResolvedOptions } from './options.ts';
import { createOtlpExporter } from './otlp-exporter.ts';
import { otlpSettingsFor } from './otlp-settings.ts';
import { requirePart } from './require-part.ts';
import type { Pipeline } from './span-pipeline.ts';
import { tellingExporter } from './telling-exporter.ts';

type Temporality = ResolvedOptions['metricExport']['temporality'];

interface Reader {
  readonly reader: IMetricReader;
  /** Gives up what is in flight. */
  abort?(): void;
}

/** Registers a meter provider with a reader for each exporter that the options name. Loaded only when one is named. */
export function startMetrics(options: ResolvedOptions, resource: Resource): Pipeline {
  const named = options.exporters.metrics.flatMap((name) => createReader(name, options, resource));
  const readers = [...named.map(({ reader }) => reader), ...options.metricReaders];
  const provider = new MeterProvider({ resource, readers });
  metrics.setGlobalMeterProvider(provider);
  return {
    async flush(timeoutMillis) {
      await Promise.allSettled([provider.forceFlush({ timeoutMillis })]);
    },
    abort() {
      for (const { abort } of named) abort?.();
    },
    recorded: () => 0, // collected at every flush anyway
    shutdown: () => provider.shutdown(),
  };
}

function createReader(name: MetricExporterName, options: ResolvedOptions, resource: Resource): Reader[] {
  const { intervalMillis, timeoutMillis } = options.metricExport;
  const periodic = (exporter: PushMetricExporter) =>
    new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: intervalMillis,
      exportTimeoutMillis: Math.min(timeoutMillis, intervalMillis),
    });
  switch (name) {
    case 'otlp': {
      const exporter = createOtlp(options);
      return [{ reader: periodic(exporter), abort: exporter.abort }];
    }
    case 'console':
      return [{ reader: periodic(new ConsoleMetricExporter()) }];
    case 'prometheus': {
      const { PrometheusReader } = requirePart<typeof import('./prometheus-reader.ts')>('prometheus-reader');
      return [{ reader: new PrometheusReader(options.prometheus, resource) }];
    }
    case 'none':
      return [];
  }
}

function createOtlp(options: ResolvedOptions): PushMetricExporter & { abort(): void } {
  const settings = otlpSettingsFor('metrics', options);
  const serializer = settings.protocol === 'http/json' ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  return {
    ...tellingExporter('metrics', createOtlpExporter<ResourceMetrics>('metrics', serializer, settings)),
    selectAggregationTemporality: (instrument) => temporalityOf(instrument, options.metricExport.temporality),
  };
}

/** @see https://opentelemetry.io/docs/specs/otel/metrics/sdk_exporters/otlp/#additional-environment-variable-configuration */
function temporalityOf(instrument: InstrumentType, preference: Temporality): AggregationTemporality {
  const isUpDown =
    instrument === InstrumentType.UP_DOWN_COUNTER || instrument === InstrumentType.OBSERVABLE_UP_DOWN_COUNTER;
  const isObservableCounter = instrument === InstrumentType.OBSERVABLE_COUNTER;
  const isDelta = preference === 'delta' ? !isUpDown : preference === 'lowmemory' && !isUpDown && !isObservableCounter;
  return isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
}
