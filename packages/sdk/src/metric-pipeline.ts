import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
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
import { createGrpcMetricExporter } from './otlp-grpc-exporters.ts';
import { createOtlpHttpExporter } from './otlp-http-exporter.ts';
import { otlpSettingsFor } from './otlp-settings.ts';
import type { Pipeline } from './span-pipeline.ts';

type Temporality = ResolvedOptions['metricExport']['temporality'];

/** Registers a meter provider with a reader for each exporter that the options name. Loaded only when one is named. */
export function startMetrics(options: ResolvedOptions, resource: Resource): Pipeline {
  const readers = options.exporters.metrics.flatMap((name) => createReader(name, options));
  const provider = new MeterProvider({ resource, readers: [...readers, ...options.metricReaders] });
  metrics.setGlobalMeterProvider(provider);
  return {
    async flush(timeoutMillis) {
      await Promise.allSettled([provider.forceFlush({ timeoutMillis })]);
    },
    abort() {},
    shutdown: () => provider.shutdown(),
  };
}

function createReader(name: MetricExporterName, options: ResolvedOptions): IMetricReader[] {
  const { intervalMillis, timeoutMillis, temporality } = options.metricExport;
  const periodic = (exporter: PushMetricExporter) =>
    new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: intervalMillis,
      exportTimeoutMillis: Math.min(timeoutMillis, intervalMillis),
    });
  switch (name) {
    case 'otlp':
      return [periodic(createOtlpExporter(options, temporality))];
    case 'console':
      return [periodic(new ConsoleMetricExporter())];
    case 'prometheus':
      return [new PrometheusExporter(options.prometheus)];
    case 'none':
      return [];
  }
}

function createOtlpExporter(options: ResolvedOptions, temporality: Temporality): PushMetricExporter {
  const settings = otlpSettingsFor('metrics', options);
  const serializer = settings.protocol === 'http/json' ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  const exporter =
    settings.protocol === 'grpc'
      ? createGrpcMetricExporter(settings)
      : createOtlpHttpExporter<ResourceMetrics>('metrics', serializer, settings);
  return {
    export: (batch, done) => exporter.export(batch, done),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    selectAggregationTemporality: (instrument) => temporalityOf(instrument, temporality),
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
