import { readFileSync } from 'node:fs';

import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import {
  createEmptyMetadata,
  createInsecureCredentials,
  createOtlpGrpcExportDelegate,
  createSslCredentials,
} from '@opentelemetry/otlp-grpc-exporter-base';
import {
  LogsExporterMetricsHelper,
  MetricsExporterMetricsHelper,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

import type { OtlpSettings } from './otlp-settings.ts';

const SERVICE_PREFIX = 'opentelemetry.proto.collector';

/** Sends spans by OTLP/gRPC. */
export function createGrpcTraceExporter(settings: OtlpSettings): OTLPExporterBase<ReadableSpan[]> {
  return new OTLPExporterBase(
    createOtlpGrpcExportDelegate(
      configurationFor(settings),
      ProtobufTraceSerializer,
      'otlp_grpc_span_exporter',
      TraceExporterMetricsHelper,
      undefined,
      'TraceExportService',
      `/${SERVICE_PREFIX}.trace.v1.TraceService/Export`,
    ),
  );
}

/** Sends log records by OTLP/gRPC. */
export function createGrpcLogExporter(settings: OtlpSettings): OTLPExporterBase<ReadableLogRecord[]> {
  return new OTLPExporterBase(
    createOtlpGrpcExportDelegate(
      configurationFor(settings),
      ProtobufLogsSerializer,
      'otlp_grpc_log_exporter',
      LogsExporterMetricsHelper,
      undefined,
      'LogsExportService',
      `/${SERVICE_PREFIX}.logs.v1.LogsService/Export`,
    ),
  );
}

/** Sends metrics by OTLP/gRPC. */
export function createGrpcMetricExporter(settings: OtlpSettings): OTLPExporterBase<ResourceMetrics> {
  return new OTLPExporterBase(
    createOtlpGrpcExportDelegate(
      configurationFor(settings),
      ProtobufMetricsSerializer,
      'otlp_grpc_metric_exporter',
      MetricsExporterMetricsHelper,
      undefined,
      'MetricsExportService',
      `/${SERVICE_PREFIX}.metrics.v1.MetricsService/Export`,
    ),
  );
}

function configurationFor(settings: OtlpSettings) {
  const { protocol, host } = new URL(settings.url);
  return {
    url: host,
    compression: settings.compression,
    timeoutMillis: settings.timeoutMillis,
    concurrencyLimit: 30,
    metadata: () => {
      const metadata = createEmptyMetadata();
      for (const [name, value] of Object.entries(settings.headers)) metadata.set(name, value);
      return metadata;
    },
    credentials: () => (protocol === 'https:' ? createTlsCredentials(settings) : createInsecureCredentials()),
  };
}

function createTlsCredentials({ certificate, clientKey, clientCertificate }: OtlpSettings) {
  const read = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
  return createSslCredentials(read(certificate), read(clientKey), read(clientCertificate));
}
