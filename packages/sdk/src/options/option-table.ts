import type { Signal } from '../sending/otlp-settings.ts';
import { attributes, headers } from './key-value-list.ts';
import {
  flag,
  given,
  isRecord,
  limit,
  listOf,
  oneOf,
  positiveNumber,
  ratio,
  text,
  url,
  wholeNumber,
  words,
  type OptionKind,
} from './option-kind.ts';

import { pemFile } from './pem-file.ts';
import { hash, patterns, valueFunction } from './redact-option-kinds.ts';

/** Where an option stands in `StartOptions`, which variables set it, and what it may be. */
export interface OptionRow {
  /** Dotted path, for example `batch.maxQueueSize`. */
  readonly path: string;
  /** The first of these variables that is set counts. */
  readonly variables: readonly string[];
  readonly kind: OptionKind<unknown>;
  /** An object that is merged entry by entry from all sources, instead of taken from the first that has it. */
  readonly merged?: true;
}

const OTLP_PREFIX = 'OTEL_EXPORTER_OTLP_';

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
const isList = (value: unknown) => Array.isArray(value) && value.every(isObject);
const traceExporterName = listOf('otlp', 'console', 'zipkin', 'none');
const propagatorName = listOf('tracecontext', 'baggage', 'b3', 'b3multi', 'xray', 'jaeger', 'none');
const trustName = oneOf('all', 'none');
const hosts: OptionKind<unknown> = {
  expected: 'all or a list of host names',
  accepts: (value): value is unknown => value === 'all' || words.accepts(value),
  parse: (text) => (text === 'all' ? { value: text } : words.parse(text)),
};
const shareName = oneOf('all', 'trace', 'none');
const share = widened(shareName, (value) => shareName.accepts(value) || typeof value === 'function');

/** Every option; the type `StartOptions` documents them. */
export const OPTION_TABLE: readonly OptionRow[] = [
  row('disabled', flag, 'OTEL_SDK_DISABLED'),
  row('serviceName', text, 'OTEL_SERVICE_NAME'),
  { ...row('resourceAttributes', widened(attributes, isRecord), 'OTEL_RESOURCE_ATTRIBUTES'), merged: true },
  row('resource', given('a Resource', isObject)),
  row(
    'resourceDetectors',
    listOf(
      ...(['env', 'host', 'os', 'process', 'serviceinstance', 'container'] as const),
      ...(['alibaba', 'aws', 'azure', 'gcp', 'all', 'none'] as const),
    ),
    'OTEL_NODE_RESOURCE_DETECTORS',
  ),
  row('sampler', given('a Sampler', isObject)),
  row(
    'samplerName',
    oneOf(
      ...(['always_on', 'always_off', 'traceidratio'] as const),
      ...(['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const),
    ),
    'OTEL_TRACES_SAMPLER',
  ),
  row('samplingRatio', ratio, 'OTEL_TRACES_SAMPLER_ARG'),
  row('idGenerator', given('an IdGenerator', isObject)),
  row('propagators', widened(propagatorName, listOfNamesOr(propagatorName)), 'OTEL_PROPAGATORS'),
  row(
    'trust',
    widened(trustName, (value) => trustName.accepts(value) || typeof value === 'function'),
    'CLEW_TRUST',
  ),
  row('propagate.trace', hosts, 'CLEW_PROPAGATE_TRACE'),
  row('propagate.baggage', hosts, 'CLEW_PROPAGATE_BAGGAGE'),
  row('propagate.messages', share, 'CLEW_PROPAGATE_MESSAGES'),
  row('propagate.children', share, 'CLEW_PROPAGATE_CHILDREN'),
  row('redact.defaults', flag),
  row('redact.attributes', words, 'CLEW_REDACT_ATTRIBUTES'),
  row('redact.parameters', words, 'CLEW_REDACT_PARAMETERS'),
  row('redact.patterns', patterns),
  row('redact.value', valueFunction),
  row('redact.hash', hash),
  row('traceResponse', flag, 'CLEW_TRACE_RESPONSE'),
  row('exporters.traces', widened(traceExporterName, listOfNamesOr(traceExporterName)), 'OTEL_TRACES_EXPORTER'),
  row('exporters.metrics', listOf('otlp', 'console', 'prometheus', 'none'), 'OTEL_METRICS_EXPORTER'),
  row('exporters.logs', listOf('otlp', 'console', 'none'), 'OTEL_LOGS_EXPORTER'),
  row('spanProcessors', given('a list of SpanProcessors', isList)),
  row('logRecordProcessors', given('a list of LogRecordProcessors', isList)),
  row('metricReaders', given('a list of MetricReaders', isList)),
  ...otlpRows('otlp', ''),
  ...(['traces', 'metrics', 'logs'] satisfies Signal[]).flatMap((signal) =>
    otlpRows(`otlp.${signal}`, `${signal.toUpperCase()}_`),
  ),
  row('zipkin.endpoint', url, 'OTEL_EXPORTER_ZIPKIN_ENDPOINT'),
  row('prometheus.host', text, 'OTEL_EXPORTER_PROMETHEUS_HOST'),
  row('prometheus.port', wholeNumber, 'OTEL_EXPORTER_PROMETHEUS_PORT'),
  row('outbox.maxBytes', positiveNumber, 'CLEW_OUTBOX_MAX_BYTES'),
  ...batchRows('batch', 'OTEL_BSP_'),
  ...batchRows('logBatch', 'OTEL_BLRP_'),
  row('metricExport.intervalMillis', positiveNumber, 'OTEL_METRIC_EXPORT_INTERVAL'),
  row('metricExport.timeoutMillis', positiveNumber, 'OTEL_METRIC_EXPORT_TIMEOUT'),
  row(
    'metricExport.temporality',
    oneOf('cumulative', 'delta', 'lowmemory'),
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  ),
  row(
    'limits.attributeValueLength',
    limit,
    'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  ),
  row('limits.attributeCount', limit, 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
  row('limits.eventCount', limit, 'OTEL_SPAN_EVENT_COUNT_LIMIT'),
  row('limits.linkCount', limit, 'OTEL_SPAN_LINK_COUNT_LIMIT'),
  row('limits.attributePerEventCount', limit, 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
  row('limits.attributePerLinkCount', limit, 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
  row(
    'logLimits.attributeValueLength',
    limit,
    'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  ),
  row('logLimits.attributeCount', limit, 'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
  row(
    'instrumentations',
    given('an object of short names with true, false or options', (value) => {
      return isRecord(value) && Object.values(value).every((v) => typeof v === 'boolean' || isRecord(v));
    }),
  ),
  row('extraInstrumentations', given('a list of Instrumentations', isList)),
  row('enabledInstrumentations', words, 'OTEL_NODE_ENABLED_INSTRUMENTATIONS'),
  row('disabledInstrumentations', words, 'OTEL_NODE_DISABLED_INSTRUMENTATIONS'),
  row('logs.correlate', flag, 'CLEW_LOGS_CORRELATE'),
  row('logs.export', flag, 'CLEW_LOGS_EXPORT'),
  row('logs.hold', lowerCase(oneOf('none', 'trace', 'debug', 'info')), 'CLEW_LOGS_HOLD'),
  row('logs.exceptions', flag, 'CLEW_LOGS_EXCEPTIONS'),
  row('logs.events', flag, 'CLEW_LOGS_EVENTS'),
  row('logLevel', lowerCase(oneOf('none', 'error', 'warn', 'info', 'debug', 'verbose', 'all')), 'OTEL_LOG_LEVEL'),
  row('shutdownTimeoutMillis', wholeNumber, 'CLEW_SHUTDOWN_TIMEOUT'),
  row('exitTimeoutMillis', wholeNumber, 'CLEW_EXIT_TIMEOUT'),
];

function row(path: string, kind: OptionKind<unknown>, ...variables: string[]): OptionRow {
  return { path, kind, variables };
}

function otlpRows(path: string, infix: string): OptionRow[] {
  const variable = (name: string) => `${OTLP_PREFIX}${infix}${name}`;
  return [
    row(`${path}.endpoint`, url, variable('ENDPOINT')),
    row(`${path}.protocol`, oneOf('http/protobuf', 'http/json', 'grpc'), variable('PROTOCOL')),
    { ...row(`${path}.headers`, headers, variable('HEADERS')), merged: true },
    row(`${path}.compression`, oneOf('gzip', 'none'), variable('COMPRESSION')),
    row(`${path}.timeoutMillis`, positiveNumber, variable('TIMEOUT')),
    row(`${path}.certificate`, pemFile, variable('CERTIFICATE')),
    row(`${path}.clientKey`, pemFile, variable('CLIENT_KEY')),
    row(`${path}.clientCertificate`, pemFile, variable('CLIENT_CERTIFICATE')),
  ];
}

function batchRows(path: string, prefix: string): OptionRow[] {
  return [
    row(`${path}.maxQueueSize`, positiveNumber, `${prefix}MAX_QUEUE_SIZE`),
    row(`${path}.maxExportBatchSize`, positiveNumber, `${prefix}MAX_EXPORT_BATCH_SIZE`),
    row(`${path}.scheduleDelayMillis`, wholeNumber, `${prefix}SCHEDULE_DELAY`),
    row(`${path}.exportTimeoutMillis`, positiveNumber, `${prefix}EXPORT_TIMEOUT`),
  ];
}

/** The same variable, but more can be given in code. */
function widened(kind: OptionKind<unknown>, accepts: (value: unknown) => boolean): OptionKind<unknown> {
  return { ...kind, accepts: (value): value is unknown => accepts(value) };
}

function listOfNamesOr(names: OptionKind<readonly string[]>) {
  return (value: unknown) =>
    Array.isArray(value) && value.every((item) => (typeof item === 'string' ? names.accepts([item]) : isObject(item)));
}

/** Reads the variable in any case: `OTEL_LOG_LEVEL=DEBUG` is common. */
function lowerCase(kind: OptionKind<string>): OptionKind<string> {
  return { ...kind, parse: (text) => kind.parse(text.toLowerCase()) };
}
