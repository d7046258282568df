import { createRequire } from 'node:module';
import { isMainThread, threadId } from 'node:worker_threads';

import { metrics } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import type { TraceLifetimes } from '@clew/spans/internal';
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
import { ATTR_THREAD_ID } from '@opentelemetry/semantic-conventions/incubating';

import { guardedMetricReader } from '../guarded/guarded-metric-reader.ts';
import { guardedMeterProvider } from '../guarded/guarded-meter-provider.ts';
import type { MetricExporterName, ResolvedOptions } from '../options/options.ts';
import { otlpSettingsFor } from '../options/otlp-settings-for.ts';
import { metricFormat } from '../outbox/encoding/metric-format.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { observeOutbox } from '../outbox/self-metrics.ts';
import { measureLocalRoots } from './measure-local-roots.ts';
import type { Pipeline } from './pipeline.ts';
import { VERSION } from '../otel/version.ts';

const require = createRequire(import.meta.url);

/** Threads have a resource in common: without this a backend would take their series for one, which keeps starting anew. */
const THREAD = isMainThread ? {} : { [ATTR_THREAD_ID]: threadId };

type Temporality = ResolvedOptions['metricExport']['temporality'];

/** Parts that the metrics share with the rest of the SDK. */
export interface MetricPipelineParts {
  readonly resource: Resource;
  readonly outbox: Outbox;
  /** Told of each span that ends. */
  readonly lifetimes: TraceLifetimes;
}

/** Creates a meter provider with a reader for each exporter that the options name. Loaded only when one is named. */
export function createMetricPipeline(options: ResolvedOptions, parts: MetricPipelineParts): Pipeline {
  const { resource, outbox, lifetimes } = parts;
  const named = options.exporters.metrics.flatMap((name) => createReader(name, options, resource, outbox));
  const readers = [...named, ...options.metricReaders.map(guardedMetricReader)];
  const provider = new MeterProvider({ resource, readers });
  const meter = provider.getMeter('@clew/sdk', VERSION);
  observeOutbox(meter, outbox.status);
  let stopMeasuring: (() => void) | undefined;
  let isEnded = false;
  async function flush(timeoutMillis: number): Promise<void> {
    await Promise.allSettled([provider.forceFlush({ timeoutMillis })]);
  }

  return {
    register() {
      metrics.setGlobalMeterProvider(guardedMeterProvider(provider));
      if (options.metricExport.localRoots) stopMeasuring = measureLocalRoots(meter, lifetimes, THREAD);
    },
    flush,
    async end(timeoutMillis) {
      isEnded = true;
      await flush(timeoutMillis);
    },
    hasUnsent: () => !isEnded, // each flush collects anew, so one is all there is to do
    async shutdown() {
      stopMeasuring?.();
      metrics.disable();
      await provider.shutdown();
    },
  };
}

function createReader(
  name: MetricExporterName,
  options: ResolvedOptions,
  resource: Resource,
  outbox: Outbox,
): IMetricReader[] {
  const { intervalMillis, timeoutMillis } = options.metricExport;
  const periodic = (exporter: PushMetricExporter) =>
    new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: intervalMillis,
      exportTimeoutMillis: Math.min(timeoutMillis, intervalMillis),
    });
  switch (name) {
    case 'otlp':
      return [periodic(createOutboxExporter(options, resource, outbox))];
    case 'console':
      return [periodic(new ConsoleMetricExporter())];
    case 'prometheus': {
      const { PrometheusReader } = require('./prometheus-reader.js') as typeof import('./prometheus-reader.ts');
      return [new PrometheusReader(options.prometheus, resource)];
    }
    case 'none':
      return [];
  }
}

/** Collections wait for nothing: the reader's interval is their schedule. */
const BATCH = { maxQueueSize: undefined, maxExportBatchSize: 1, scheduleDelayMillis: 0 };

function createOutboxExporter(options: ResolvedOptions, resource: Resource, outbox: Outbox): PushMetricExporter {
  const settings = otlpSettingsFor('metrics', options);
  const format = metricFormat(settings.protocol);
  const add = outbox.open<ResourceMetrics>({ signal: 'metrics', format, settings, resource, batch: BATCH });
  return {
    export(metrics, done) {
      add(metrics);
      done({ code: ExportResultCode.SUCCESS });
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
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
