import type { Attributes, TextMapPropagator } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { Resource } from '@opentelemetry/resources';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { IdGenerator, Sampler, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';

import type { LogLevel } from '../otel/diag-logger.ts';
import type { Hosts, Propagate, ShareOption } from '../propagation/share.ts';
import type { RedactOptions, ResolvedRedactOptions } from '../redaction/redact-options.ts';
import type { PropagatorName } from '../propagation/propagator.ts';
import type { Trust } from '../propagation/trust-boundary.ts';
import type { OtlpProtocol, Signal } from '../sending/otlp-settings.ts';

export type TraceExporterName = 'otlp' | 'console' | 'zipkin' | 'none';
export type MetricExporterName = 'otlp' | 'console' | 'prometheus' | 'none';
export type LogExporterName = 'otlp' | 'console' | 'none';
export type DetectorName =
  | 'env'
  | 'host'
  | 'os'
  | 'process'
  | 'serviceinstance'
  | 'container'
  | 'alibaba'
  | 'aws'
  | 'azure'
  | 'gcp'
  | 'all'
  | 'none';
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

/** How OTLP leaves the process. */
export interface OtlpOptions {
  /** Base URL; `/v1/traces` and so on are appended. Default: port 4318 of this machine, 4317 for grpc. */
  endpoint?: string;
  protocol?: OtlpProtocol;
  /** Sent with every request, such as an API key. */
  headers?: Readonly<Record<string, string>>;
  compression?: 'gzip' | 'none';
  /** For one batch with its retries. */
  timeoutMillis?: number;
  /** Path of the PEM file with the certificates that the backend's is checked against. */
  certificate?: string;
  /** Path of the PEM file with our private key, for mutual TLS. */
  clientKey?: string;
  /** Path of the PEM file with our certificate, for mutual TLS. */
  clientCertificate?: string;
}

/**
 * What `start()`, `defineConfig()` and the config file accept. Each option has a default; most have an environment
 * variable. The README has the table.
 */
export interface StartOptions {
  /** Switches everything off. Env: `OTEL_SDK_DISABLED`. */
  disabled?: boolean;
  /** Env: `OTEL_SERVICE_NAME`. Default: the name in the nearest `package.json`. */
  serviceName?: string;
  /** Attributes of the resource, added to what is detected. Env: `OTEL_RESOURCE_ATTRIBUTES`. */
  resourceAttributes?: Attributes;
  /** A resource, merged over everything detected. */
  resource?: Resource;
  /** Env: `OTEL_NODE_RESOURCE_DETECTORS`. Cloud and container detectors run only when named. */
  resourceDetectors?: readonly DetectorName[];
  /** Decides which traces are recorded; replaces `samplerName`. */
  sampler?: Sampler;
  /** Env: `OTEL_TRACES_SAMPLER`. */
  samplerName?: SamplerName;
  /** Share of the traces started here that the ratio samplers keep, 0 to 1. Env: `OTEL_TRACES_SAMPLER_ARG`. */
  samplingRatio?: number;
  idGenerator?: IdGenerator;
  /** Names, or propagators of your own. Env (names only): `OTEL_PROPAGATORS`. */
  propagators?: readonly (PropagatorName | TextMapPropagator)[];
  /**
   * Senders whose trace is continued and whose baggage is taken along. `none` at a public edge: there anyone can force
   * or suppress sampling with a header. Env (`all`, `none`): `CLEW_TRUST`.
   */
  trust?: Trust;
  /** Receivers of trace context and baggage. */
  propagate?: {
    /** Hosts that get trace context; `*.example.com` means every host below it. Env: `CLEW_PROPAGATE_TRACE`. */
    trace?: Hosts;
    /** Hosts that get baggage, likewise. Env: `CLEW_PROPAGATE_BAGGAGE`. */
    baggage?: Hosts;
    /**
     * The part that messages get, in queues and topics. Default: `none` where `trace` or `baggage` is a list. Env (names
     * only): `CLEW_PROPAGATE_MESSAGES`.
     */
    messages?: ShareOption;
    /** The part that child processes get, with the same default. Env (names only): `CLEW_PROPAGATE_CHILDREN`. */
    children?: ShareOption;
  };
  /** Which secrets never leave, beside those that are known to be. */
  redact?: RedactOptions;
  /** Sends the trace id back in the response header `traceresponse`. Env: `CLEW_TRACE_RESPONSE`. */
  traceResponse?: boolean;
  exporters?: {
    /** Names, or exporters of your own. Env (names only): `OTEL_TRACES_EXPORTER`. */
    traces?: readonly (TraceExporterName | SpanExporter)[];
    /** Off until named. Env: `OTEL_METRICS_EXPORTER`. */
    metrics?: readonly MetricExporterName[];
    /** Off until named. Env: `OTEL_LOGS_EXPORTER`. */
    logs?: readonly LogExporterName[];
  };
  /** Run beside the exporters, before them. */
  spanProcessors?: readonly SpanProcessor[];
  logRecordProcessors?: readonly LogRecordProcessor[];
  metricReaders?: readonly IMetricReader[];
  /** For all signals, and under a signal's name what differs for it. Env: `OTEL_EXPORTER_OTLP_…`. */
  otlp?: OtlpOptions & { traces?: OtlpOptions; metrics?: OtlpOptions; logs?: OtlpOptions };
  zipkin?: {
    /** Env: `OTEL_EXPORTER_ZIPKIN_ENDPOINT`. */
    endpoint?: string;
  };
  prometheus?: {
    /** Env: `OTEL_EXPORTER_PROMETHEUS_HOST`. */
    host?: string;
    /** Env: `OTEL_EXPORTER_PROMETHEUS_PORT`. */
    port?: number;
  };
  /** What waits for the backend, of all signals and all threads of the process. */
  outbox?: {
    /** In bytes; when it is full, the oldest is dropped. Env: `CLEW_OUTBOX_MAX_BYTES`. */
    maxBytes?: number;
  };
  /** How ended spans wait for the exporter. */
  batch?: {
    /** In spans. Unless it is set only `outbox.maxBytes` limits what waits. Env: `OTEL_BSP_MAX_QUEUE_SIZE`. */
    maxQueueSize?: number;
    /** In spans. Env: `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`. */
    maxExportBatchSize?: number;
    /** Env: `OTEL_BSP_SCHEDULE_DELAY`. */
    scheduleDelayMillis?: number;
    /** Env: `OTEL_BSP_EXPORT_TIMEOUT`. */
    exportTimeoutMillis?: number;
  };
  logBatch?: {
    /** In records. Unless it is set only `outbox.maxBytes` limits what waits. Env: `OTEL_BLRP_MAX_QUEUE_SIZE`. */
    maxQueueSize?: number;
    /** In records. Env: `OTEL_BLRP_MAX_EXPORT_BATCH_SIZE`. */
    maxExportBatchSize?: number;
    /** Env: `OTEL_BLRP_SCHEDULE_DELAY`. */
    scheduleDelayMillis?: number;
    /** Env: `OTEL_BLRP_EXPORT_TIMEOUT`. */
    exportTimeoutMillis?: number;
  };
  metricExport?: {
    /** Env: `OTEL_METRIC_EXPORT_INTERVAL`. */
    intervalMillis?: number;
    /** Env: `OTEL_METRIC_EXPORT_TIMEOUT`. */
    timeoutMillis?: number;
    /** Env: `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`. */
    temporality?: 'cumulative' | 'delta' | 'lowmemory';
  };
  /** What one span may carry; beyond it is dropped. */
  limits?: {
    /** In characters. Env: `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`, else `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`. */
    attributeValueLength?: number;
    /** Env: `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`, else `OTEL_ATTRIBUTE_COUNT_LIMIT`. */
    attributeCount?: number;
    /** Env: `OTEL_SPAN_EVENT_COUNT_LIMIT`. */
    eventCount?: number;
    /** Env: `OTEL_SPAN_LINK_COUNT_LIMIT`. */
    linkCount?: number;
    /** Env: `OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`. */
    attributePerEventCount?: number;
    /** Env: `OTEL_LINK_ATTRIBUTE_COUNT_LIMIT`. */
    attributePerLinkCount?: number;
  };
  /** What one log record may carry; beyond it is dropped. */
  logLimits?: {
    /** In characters. Env: `OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT`, else `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`. */
    attributeValueLength?: number;
    /** Env: `OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT`, else `OTEL_ATTRIBUTE_COUNT_LIMIT`. */
    attributeCount?: number;
  };
  /**
   * By short name (`http`, `pg`, `fastify` …): `false` switches a library off, `true` on, an object is passed to its
   * instrumentation, hooks included.
   */
  instrumentations?: Readonly<Record<string, boolean | object>>;
  /** Instrumentations of your own, registered at start. */
  extraInstrumentations?: readonly Instrumentation[];
  /** Only these short names. Env: `OTEL_NODE_ENABLED_INSTRUMENTATIONS`. */
  enabledInstrumentations?: readonly string[];
  /** All but these short names. Env: `OTEL_NODE_DISABLED_INSTRUMENTATIONS`. */
  disabledInstrumentations?: readonly string[];
  logs?: {
    /** Puts `trace_id`, `span_id` and `trace_flags` on the lines of known loggers. Env: `CLEW_LOGS_CORRELATE`. */
    correlate?: boolean;
    /** Exports the lines of known loggers over OTLP, unless `exporters.logs` names what to do. Env: `CLEW_LOGS_EXPORT`. */
    export?: boolean;
    /**
     * Lines and records of this level and below wait, when they are logged in a trace, until an error happens in it;
     * without one they are discarded. Env: `CLEW_LOGS_HOLD`.
     */
    hold?: 'none' | 'trace' | 'debug' | 'info';
    /** Adds an exception event to the active span for an `Error` that is logged at level error. Env: `CLEW_LOGS_EXCEPTIONS`. */
    exceptions?: boolean;
    /** Adds lines of level warn and above to the active span as events. Env: `CLEW_LOGS_EVENTS`. */
    events?: boolean;
  };
  /** What OpenTelemetry's own diagnostics must reach to be written to stderr. Env: `OTEL_LOG_LEVEL`. */
  logLevel?: LogLevel;
  /** What a natural end or a signal may wait for the last export. Env: `CLEW_SHUTDOWN_TIMEOUT`. */
  shutdownTimeoutMillis?: number;
  /** What `process.exit()` or a crash may wait for it: the process stands still. Env: `CLEW_EXIT_TIMEOUT`. */
  exitTimeoutMillis?: number;
}

/** Every group and every option of it is there; what has no default is `undefined`. */
type Resolved<T> = { readonly [K in keyof T]-?: T[K] };

export interface ResolvedOptions extends Resolved<
  Omit<StartOptions, 'serviceName' | 'resource' | 'sampler' | 'idGenerator' | GroupName>
> {
  readonly serviceName: string | undefined;
  readonly resource: Resource | undefined;
  readonly sampler: Sampler | undefined;
  readonly idGenerator: IdGenerator | undefined;
  readonly propagate: Propagate;
  readonly redact: ResolvedRedactOptions;
  readonly exporters: Resolved<Group<'exporters'>>;
  readonly otlp: Readonly<OtlpOptions> & Readonly<Record<Signal, Readonly<OtlpOptions>>>;
  readonly zipkin: Resolved<Group<'zipkin'>>;
  readonly prometheus: Resolved<Group<'prometheus'>>;
  readonly outbox: Resolved<Group<'outbox'>>;
  readonly batch: ResolvedBatch<'batch'>;
  readonly logBatch: ResolvedBatch<'logBatch'>;
  readonly metricExport: Resolved<Group<'metricExport'>>;
  readonly limits: Resolved<Group<'limits'>>;
  readonly logLimits: Resolved<Group<'logLimits'>>;
  readonly logs: Resolved<Group<'logs'>>;
}

/** `maxQueueSize` has no default: bytes are counted. */
type ResolvedBatch<K extends 'batch' | 'logBatch'> = Omit<Resolved<Group<K>>, 'maxQueueSize'> & {
  readonly maxQueueSize: number | undefined;
};

type GroupName =
  | 'propagate'
  | 'redact'
  | 'exporters'
  | 'otlp'
  | 'zipkin'
  | 'prometheus'
  | 'outbox'
  | 'batch'
  | 'logBatch'
  | 'metricExport'
  | 'limits'
  | 'logLimits'
  | 'logs';
type Group<K extends GroupName> = NonNullable<StartOptions[K]>;

/** The only place where a default is written; the README's table is checked against it. */
export const DEFAULTS: ResolvedOptions = {
  disabled: false,
  serviceName: undefined,
  resourceAttributes: {},
  resource: undefined,
  resourceDetectors: ['env', 'host', 'os', 'process', 'serviceinstance'],
  sampler: undefined,
  samplerName: 'parentbased_always_on',
  samplingRatio: 1,
  idGenerator: undefined,
  propagators: ['tracecontext', 'baggage'],
  trust: 'all',
  propagate: { trace: 'all', baggage: 'all', messages: 'all', children: 'all' },
  redact: { defaults: true, attributes: [], parameters: [], patterns: [], value: undefined, hash: undefined },
  traceResponse: false,
  exporters: { traces: ['otlp'], metrics: [], logs: [] },
  spanProcessors: [],
  logRecordProcessors: [],
  metricReaders: [],
  otlp: {
    protocol: 'http/protobuf',
    headers: {},
    compression: 'none',
    timeoutMillis: 10_000,
    traces: {},
    metrics: {},
    logs: {},
  },
  zipkin: { endpoint: 'http://localhost:9411/api/v2/spans' },
  prometheus: { host: 'localhost', port: 9464 },
  outbox: { maxBytes: 32 * 1024 * 1024 },
  batch: { maxQueueSize: undefined, maxExportBatchSize: 512, scheduleDelayMillis: 5000, exportTimeoutMillis: 30_000 },
  logBatch: {
    maxQueueSize: undefined,
    maxExportBatchSize: 512,
    scheduleDelayMillis: 1000,
    exportTimeoutMillis: 30_000,
  },
  metricExport: { intervalMillis: 60_000, timeoutMillis: 30_000, temporality: 'cumulative' },
  limits: {
    attributeValueLength: 8192,
    attributeCount: 128,
    eventCount: 128,
    linkCount: 128,
    attributePerEventCount: 128,
    attributePerLinkCount: 128,
  },
  logLimits: { attributeValueLength: 8192, attributeCount: 128 },
  instrumentations: {},
  extraInstrumentations: [],
  enabledInstrumentations: [],
  disabledInstrumentations: [],
  logs: { correlate: true, export: false, hold: 'none', exceptions: true, events: false },
  logLevel: 'warn',
  shutdownTimeoutMillis: 3000,
  exitTimeoutMillis: 1000,
};
