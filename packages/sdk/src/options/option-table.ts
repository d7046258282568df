import type { Attributes, TextMapPropagator } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { Resource } from '@opentelemetry/resources';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { IdGenerator, Sampler, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';

import { listsHosts, type Hosts, type ShareOption } from '../propagation/share.ts';
import type { Trust } from '../propagation/trust-boundary.ts';
import type { Signal } from '../sending/otlp-settings.ts';
import { attributes, headers } from './key-value-list.ts';
import { millis, positiveMillis } from './millis.ts';
import { noneAlone } from './none-alone.ts';
import { listOfNamesOr, listOfObjects, objectWith } from './object-kind.ts';
import {
  endpoint,
  flag,
  isRecord,
  limit,
  listOf,
  oneOf,
  positiveNumber,
  ratio,
  recordOf,
  text,
  url,
  wholeNumber,
  words,
  type OptionKind,
} from './option-kind.ts';
import { pemFile } from './pem-file.ts';
import { hash, patterns, valueFunction } from './redact-option-kinds.ts';
import { policy, SAMPLING_FILE, samplingWish } from './sampling-wish.ts';
import type { ResolvedOptions, StartOptions } from './start-options.generated.ts';

/**
 * One option: all there is to declare of it. Its types (`start-options.generated.ts`) and its rows in the READMEs are
 * written from here by `npm run generate --workspace @clew/sdk`; its default and its resolution are read from here.
 */
export interface OptionRow {
  /** Dotted path, for example `batch.maxQueueSize`. */
  readonly path: string;
  /** The first of these variables that is set counts. */
  readonly variables: readonly string[];
  readonly kind: OptionKind<unknown>;
  /** Absent where the option is `undefined` until it is set. */
  readonly default?: unknown;
  /** Default where it depends on other options. */
  readonly defaultFrom?: (options: ResolvedOptions) => unknown;
  /** Form of the value in `ResolvedOptions`, where it is more than the value. */
  readonly resolved?: {
    /** Type as `OptionKind.type` has it. */
    readonly type: string;
    from(value: unknown, origin: 'code' | 'environment' | 'file', source: string): unknown;
  };
  /** An object that is merged entry by entry from all sources, instead of taken from the first that has it. */
  readonly merged?: true;
  /** Sentences in Markdown: the cell of the README, and the documentation that an editor shows. */
  readonly doc: string;
  /** Words for the default, where the value does not tell all of it. */
  readonly defaultDoc?: string;
  /** Heading of the section in the package's README that says more. */
  readonly section?: string;
  /** `root` shows the option in the short table of the root's README too, `none` in no README. */
  readonly readme?: 'root' | 'none';
}

type Declaration<T> = Omit<OptionRow, 'path' | 'kind' | 'variables' | 'default'> & {
  readonly variables?: readonly string[];
  readonly default?: T;
};

/** Type of an option in the generated `StartOptions`; `unknown` for a new row, until the types are generated. */
type OptionAt<Path extends string, Options = StartOptions> = Path extends `${infer Group}.${infer Rest}`
  ? Group extends keyof Options
    ? OptionAt<Rest, NonNullable<Options[Group]>>
    : unknown
  : Path extends keyof Options
    ? NonNullable<Options[Path]>
    : unknown;

const TRACE_EXPORTERS = ['otlp', 'console', 'zipkin', 'none'] as const;
const PROPAGATORS = ['tracecontext', 'baggage', 'b3', 'b3multi', 'xray', 'jaeger', 'none'] as const;
const trustName = oneOf('all', 'none');
const hosts: OptionKind<Hosts> = {
  type: "import('../propagation/share.ts').Hosts",
  expected: 'all or a list of host names',
  accepts: (value): value is Hosts => value === 'all' || words.accepts(value),
  parse: (text) => (text === 'all' ? { value: text } : words.parse(text)),
};

const shareName = oneOf('all', 'trace', 'none');
const share = widened<ShareOption>("import('../propagation/share.ts').ShareOption", shareName, (value) => {
  return shareName.accepts(value) || typeof value === 'function';
});
/** A list of hosts names nothing else: unless it is said, messages and child processes get nothing then. */
const shareDefault = {
  default: 'all',
  defaultFrom: ({ propagate }: ResolvedOptions) => (listsHosts(propagate) ? 'none' : 'all'),
  defaultDoc: '`none` where `propagate.trace` or `propagate.baggage` is a list',
  section: 'Trust',
} as const;

/** Every option, in the order of the README. */
export const OPTION_TABLE: readonly OptionRow[] = [
  row('disabled', flag, {
    variables: ['OTEL_SDK_DISABLED'],
    default: false,
    doc: 'Switches everything off.',
    readme: 'root',
  }),
  row('serviceName', text, {
    variables: ['OTEL_SERVICE_NAME'],
    doc: 'Name of the service.',
    defaultDoc: 'name in the nearest `package.json`',
    readme: 'root',
  }),
  row('resourceAttributes', widened<Attributes>("import('@opentelemetry/api').Attributes", attributes, isRecord), {
    variables: ['OTEL_RESOURCE_ATTRIBUTES'],
    default: {},
    merged: true,
    doc: 'Attributes of the resource, added to what is detected; merged from all sources.',
  }),
  row(
    'resource',
    objectWith<Resource>({
      type: "import('@opentelemetry/resources').Resource",
      methods: ['merge'],
      insteadOf: 'resourceAttributes',
    }),
    {
      doc: 'A `Resource`, merged over everything detected.',
    },
  ),
  row(
    'resourceDetectors',
    noneAlone(
      listOf(
        ...(['env', 'host', 'os', 'process', 'serviceinstance', 'container'] as const),
        ...(['alibaba', 'aws', 'azure', 'gcp', 'all', 'none'] as const),
      ),
    ),
    {
      variables: ['OTEL_NODE_RESOURCE_DETECTORS'],
      default: ['env', 'host', 'os', 'process', 'serviceinstance'],
      doc: 'Detectors of the resource. `container`, `alibaba`, `aws`, `azure` and `gcp` run only when named.',
    },
  ),
  row(
    'sampler',
    objectWith<Sampler>({
      type: "import('@opentelemetry/sdk-trace').Sampler",
      methods: ['shouldSample'],
      insteadOf: 'samplerName',
    }),
    {
      doc: 'A `Sampler` of your own, which decides which traces are recorded; replaces `samplerName`.',
    },
  ),
  row(
    'samplerName',
    oneOf(
      ...(['always_on', 'always_off', 'traceidratio'] as const),
      ...(['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const),
    ),
    {
      variables: ['OTEL_TRACES_SAMPLER'],
      default: 'parentbased_always_on',
      doc: 'Sampler by name: `always_on`, `always_off`, `traceidratio`, and each with `parentbased_`.',
      readme: 'root',
    },
  ),
  row('samplingRatio', ratio, {
    variables: ['OTEL_TRACES_SAMPLER_ARG'],
    default: 1,
    doc: 'Share of the traces started here that the ratio samplers keep, 0 to 1.',
    readme: 'root',
  }),
  row('sampling', policy, {
    variables: [SAMPLING_FILE],
    resolved: { type: "import('./sampling-wish.ts').SamplingWish", from: samplingWish },
    doc:
      'A sampling policy, in place of the sampler. The variable is the path of a YAML or JSON file, relative to the ' +
      'working directory, which is read anew when it changes.',
    defaultDoc: 'none',
    section: 'Sampling',
    readme: 'root',
  }),
  row(
    'idGenerator',
    objectWith<IdGenerator>({
      type: "import('@opentelemetry/sdk-trace').IdGenerator",
      methods: ['generateTraceId', 'generateSpanId'],
    }),
    {
      doc: 'An `IdGenerator` of your own.',
    },
  ),
  row('tracer', oneOf('clew', 'upstream'), {
    variables: ['CLEW_TRACER'],
    default: 'clew',
    doc:
      'Maker of spans: `clew`, or `upstream` for the tracer, provider and spans of `@opentelemetry/sdk-trace`, which do the ' +
      'same and take longer.',
  }),
  row(
    'propagators',
    noneAlone(
      listOfNamesOr<TextMapPropagator, (typeof PROPAGATORS)[number]>(PROPAGATORS, {
        type: "import('@opentelemetry/api').TextMapPropagator",
        methods: ['inject', 'extract', 'fields'],
      }),
    ),
    {
      variables: ['OTEL_PROPAGATORS'],
      default: ['tracecontext', 'baggage'],
      doc: '`tracecontext`, `baggage`, `b3`, `b3multi`, `xray`, `jaeger`, `none`, or, in code, propagators of your own.',
      readme: 'root',
    },
  ),
  row(
    'trust',
    widened<Trust>("import('../propagation/trust-boundary.ts').Trust", trustName, (value) => {
      return trustName.accepts(value) || typeof value === 'function';
    }),
    {
      variables: ['CLEW_TRUST'],
      default: 'all',
      doc:
        'Senders whose trace is continued and whose baggage is taken along: `all`, `none`, or, in code, those that a ' +
        'function accepts. Use `none` at a public edge: there anyone can force or suppress sampling with a header.',
      section: 'Trust',
      readme: 'root',
    },
  ),
  row('propagate.trace', hosts, {
    variables: ['CLEW_PROPAGATE_TRACE'],
    default: 'all',
    doc: 'Hosts that get trace context: `all`, or a list, in which `*.example.com` means every host below it.',
    section: 'Trust',
  }),
  row('propagate.baggage', hosts, {
    variables: ['CLEW_PROPAGATE_BAGGAGE'],
    default: 'all',
    doc: 'Hosts that get baggage: `all`, or a list.',
    section: 'Trust',
  }),
  row('propagate.messages', share, {
    variables: ['CLEW_PROPAGATE_MESSAGES'],
    doc: 'Part that messages get, in queues and topics: `all`, `trace`, `none`, or, in code, a function of the target.',
    ...shareDefault,
  }),
  row('propagate.children', share, {
    variables: ['CLEW_PROPAGATE_CHILDREN'],
    doc: 'Part that child processes get: `all`, `trace`, `none`, or, in code, a function of the target.',
    ...shareDefault,
  }),
  row('redact.defaults', flag, {
    default: true,
    doc: 'Redacts what Clew knows to be a secret.',
    section: 'Secrets',
  }),
  row('redact.attributes', words, {
    variables: ['CLEW_REDACT_ATTRIBUTES'],
    default: [],
    doc:
      'Names of more attributes, and of fields in the body of a log record, whose values are replaced; `*` stands for ' +
      'any characters, and a dot joins the names of what is nested.',
    defaultDoc: 'none, beside what is known to be a secret',
    section: 'Secrets',
    readme: 'root',
  }),
  row('redact.parameters', words, {
    variables: ['CLEW_REDACT_PARAMETERS'],
    default: [],
    doc: 'Names of more query parameters, in any case and with any separators.',
    section: 'Secrets',
  }),
  row('redact.patterns', patterns, {
    default: [],
    doc: 'Regular expressions for more secrets, also as text; what matches is replaced.',
    section: 'Secrets',
  }),
  row('redact.value', valueFunction, {
    doc:
      'A function that has the last word on every text that leaves the process, after all else is redacted: returns ' +
      'what is sent instead, or `undefined` to send the text. A text at which it throws is withheld.',
    section: 'Secrets',
  }),
  row('redact.hash', hash, {
    doc: 'Attributes that are sent as an HMAC, and the key for it: what was equal still is, in all services.',
    section: 'Secrets',
  }),
  row('traceResponse', flag, {
    variables: ['CLEW_TRACE_RESPONSE'],
    default: false,
    doc: 'Sends the trace id back in the response header `traceresponse`.',
  }),
  row(
    'exporters.traces',
    noneAlone(
      listOfNamesOr<SpanExporter, (typeof TRACE_EXPORTERS)[number]>(TRACE_EXPORTERS, {
        type: "import('@opentelemetry/sdk-trace').SpanExporter",
        methods: ['export', 'shutdown'],
      }),
    ),
    {
      variables: ['OTEL_TRACES_EXPORTER'],
      default: ['otlp'],
      doc: '`otlp`, `console`, `zipkin`, `none`, or, in code, exporters of your own.',
      readme: 'root',
    },
  ),
  row('exporters.metrics', noneAlone(listOf('otlp', 'console', 'prometheus', 'none')), {
    variables: ['OTEL_METRICS_EXPORTER'],
    default: [],
    doc: '`otlp`, `console`, `prometheus`, `none`.',
    defaultDoc: 'off',
    readme: 'root',
  }),
  row('exporters.logs', noneAlone(listOf('otlp', 'console', 'none')), {
    variables: ['OTEL_LOGS_EXPORTER'],
    default: [],
    doc: '`otlp`, `console`, `none`.',
    defaultDoc: 'off',
    section: 'Logs',
    readme: 'root',
  }),
  row(
    'spanProcessors',
    listOfObjects<SpanProcessor>({
      type: "import('@opentelemetry/sdk-trace').SpanProcessor",
      methods: ['onStart', 'onEnd', 'forceFlush', 'shutdown'],
    }),
    {
      default: [],
      doc: 'Span processors of your own; run before the exporters.',
    },
  ),
  row(
    'logRecordProcessors',
    listOfObjects<LogRecordProcessor>({
      type: "import('@opentelemetry/sdk-logs').LogRecordProcessor",
      methods: ['onEmit', 'forceFlush', 'shutdown'],
    }),
    {
      default: [],
      doc: 'Log record processors of your own; run before the exporters.',
    },
  ),
  row(
    'metricReaders',
    listOfObjects<IMetricReader>({
      type: "import('@opentelemetry/sdk-metrics').IMetricReader",
      methods: ['setMetricProducer', 'collect', 'forceFlush', 'shutdown'],
    }),
    {
      default: [],
      doc: 'Metric readers of your own, beside those of the exporters.',
    },
  ),
  ...otlpRows('otlp'),
  ...(['traces', 'metrics', 'logs'] satisfies Signal[]).flatMap((signal) => otlpRows(`otlp.${signal}`)),
  row('zipkin.endpoint', url, {
    variables: ['OTEL_EXPORTER_ZIPKIN_ENDPOINT'],
    default: 'http://localhost:9411/api/v2/spans',
    doc: 'URL for the exporter `zipkin`.',
  }),
  row('prometheus.host', text, {
    variables: ['OTEL_EXPORTER_PROMETHEUS_HOST'],
    default: 'localhost',
    doc:
      'Host that the exporter `prometheus` listens on. On loopback it answers only to a `Host` header that names loopback, ' +
      'or this host: no web page can read the metrics.',
  }),
  row('prometheus.port', wholeNumber, {
    variables: ['OTEL_EXPORTER_PROMETHEUS_PORT'],
    default: 9464,
    doc: 'Port that the exporter `prometheus` listens on.',
  }),
  row('outbox.maxBytes', positiveNumber, {
    variables: ['CLEW_OUTBOX_MAX_BYTES'],
    default: 32 * 1024 * 1024,
    doc: 'Bytes that may wait for the backend, of all signals and threads, 1 GiB at most; then the oldest are dropped.',
  }),
  ...batchRows('batch', 'OTEL_BSP_', 'spans', 5000),
  ...batchRows('logBatch', 'OTEL_BLRP_', 'log records', 1000),
  row('metricExport.intervalMillis', positiveMillis, {
    variables: ['OTEL_METRIC_EXPORT_INTERVAL'],
    default: 60_000,
    doc: 'Time between two exports.',
  }),
  row('metricExport.timeoutMillis', positiveMillis, {
    variables: ['OTEL_METRIC_EXPORT_TIMEOUT'],
    default: 30_000,
    doc: 'Time that one export may take.',
  }),
  row('metricExport.temporality', oneOf('cumulative', 'delta', 'lowmemory'), {
    variables: ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'],
    default: 'cumulative',
    doc: '`cumulative`, `delta`, `lowmemory`.',
  }),
  row('metricExport.localRoots', flag, {
    variables: ['CLEW_METRIC_LOCAL_ROOTS'],
    default: false,
    defaultFrom: ({ sampling }) => sampling !== undefined,
    defaultDoc: '`true` with a sampling policy',
    doc: 'Measures all local roots that are recorded, kept or not, as `clew.local_root.duration`.',
    section: 'Sampling',
  }),
  row('limits.attributeValueLength', limit, {
    variables: ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'],
    default: 8192,
    doc: 'Characters of one value.',
  }),
  row('limits.attributeCount', limit, {
    variables: ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
    default: 128,
    doc: 'Attributes per span.',
  }),
  row('limits.eventCount', limit, {
    variables: ['OTEL_SPAN_EVENT_COUNT_LIMIT'],
    default: 128,
    doc: 'Events per span.',
  }),
  row('limits.linkCount', limit, {
    variables: ['OTEL_SPAN_LINK_COUNT_LIMIT'],
    default: 128,
    doc: 'Links per span.',
  }),
  row('limits.attributePerEventCount', limit, {
    variables: ['OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'],
    default: 128,
    doc: 'Attributes per event.',
  }),
  row('limits.attributePerLinkCount', limit, {
    variables: ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'],
    default: 128,
    doc: 'Attributes per link.',
  }),
  row('logLimits.attributeValueLength', limit, {
    variables: ['OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'],
    default: 8192,
    doc: 'Characters of one value.',
  }),
  row('logLimits.attributeCount', limit, {
    variables: ['OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
    default: 128,
    doc: 'Attributes per log record.',
  }),
  row(
    'instrumentations',
    {
      ...recordOf(
        'boolean | object',
        'an object of short names with true, false or options',
        (value): value is boolean | object => typeof value === 'boolean' || isRecord(value),
      ),
      type: "import('./instrumentation-options.ts').InstrumentationOptions",
    },
    {
      default: {},
      doc:
        'By short name (`http`, `pg`, `fastify` …): `false` switches a library off, `true` on, an object is passed to ' +
        'its instrumentation, hooks included.',
      section: 'Instrumentations',
    },
  ),
  row(
    'extraInstrumentations',
    listOfObjects<Instrumentation>({
      type: "import('@opentelemetry/instrumentation').Instrumentation",
      methods: ['setTracerProvider', 'setMeterProvider', 'getConfig', 'enable', 'disable'],
    }),
    {
      default: [],
      doc: 'Instrumentations of your own, registered at start.',
    },
  ),
  row('enabledInstrumentations', words, {
    variables: ['OTEL_NODE_ENABLED_INSTRUMENTATIONS'],
    default: [],
    doc: 'Only these short names.',
  }),
  row('disabledInstrumentations', words, {
    variables: ['OTEL_NODE_DISABLED_INSTRUMENTATIONS'],
    default: [],
    doc: 'All but these short names.',
  }),
  row('logs.correlate', flag, {
    variables: ['CLEW_LOGS_CORRELATE'],
    default: true,
    doc: 'Puts `trace_id`, `span_id` and `trace_flags` on the lines of pino, winston and bunyan.',
    readme: 'root',
  }),
  row('logs.export', flag, {
    variables: ['CLEW_LOGS_EXPORT'],
    default: false,
    doc: 'Exports the lines of known loggers over OTLP, unless `exporters.logs` says otherwise.',
    section: 'Logs',
    readme: 'root',
  }),
  row('logs.hold', lowerCase(oneOf('none', 'trace', 'debug', 'info')), {
    variables: ['CLEW_LOGS_HOLD'],
    default: 'none',
    doc:
      '`trace`, `debug` or `info`: lines and records up to this level, logged in a trace, wait for an error in it; ' +
      'without one they are discarded.',
    section: 'Logs',
    readme: 'root',
  }),
  row('logs.exceptions', flag, {
    variables: ['CLEW_LOGS_EXCEPTIONS'],
    default: true,
    doc: 'Adds an exception event to the active span for an `Error` that is logged at level error.',
  }),
  row('logs.events', flag, {
    variables: ['CLEW_LOGS_EVENTS'],
    default: false,
    doc: 'Adds lines of level warn and above to the active span as events.',
  }),
  row('logLevel', lowerCase(oneOf('none', 'error', 'warn', 'info', 'debug', 'verbose', 'all')), {
    variables: ['OTEL_LOG_LEVEL'],
    default: 'warn',
    doc: "Level that OpenTelemetry's own diagnostics must reach to be written to stderr.",
  }),
  row('shutdownTimeoutMillis', millis, {
    variables: ['CLEW_SHUTDOWN_TIMEOUT'],
    default: 3000,
    doc: 'Time that a natural end or a signal may wait for the last export.',
  }),
  row('exitTimeoutMillis', millis, {
    variables: ['CLEW_EXIT_TIMEOUT'],
    default: 1000,
    doc: 'Time that `process.exit()` or a crash may wait for the last export: the process stands still meanwhile.',
  }),
];

/** Documentation of the groups whose name does not say enough. */
export const OPTION_GROUPS: Readonly<Record<string, string>> = {
  propagate: 'Receivers of trace context and baggage.',
  redact: 'Secrets that never leave the process, beside those that are known to be.',
  otlp: "OTLP, for all signals, and under a signal's name what differs for it.",
  outbox: 'Telemetry that waits for the backend, of all signals and all threads of the process.',
  batch: 'Ended spans on their way to the exporter.',
  logBatch: 'Log records on their way to the exporter.',
  limits: 'Contents of one span; what is beyond is dropped.',
  logLimits: 'Contents of one log record; what is beyond is dropped.',
};

function row<Path extends string>(
  path: Path,
  kind: OptionKind<OptionAt<Path>>,
  { variables = [], ...declared }: Declaration<OptionAt<Path>>,
): OptionRow {
  return { path, kind, variables, ...declared };
}

/** A signal's own rows stand in no README: they repeat the common ones, without their defaults. */
function otlpRows(path: 'otlp' | `otlp.${Signal}`): OptionRow[] {
  const isCommon = path === 'otlp';
  const infix = isCommon ? '' : `${path.slice('otlp.'.length).toUpperCase()}_`;
  const variables = (name: string) => [`OTEL_EXPORTER_OTLP_${infix}${name}`];
  const readme = isCommon ? {} : ({ readme: 'none' } as const);
  const short = { readme: isCommon ? 'root' : 'none' } as const;
  return [
    row(`${path}.endpoint`, endpoint, {
      variables: variables('ENDPOINT'),
      doc: isCommon
        ? 'Base URL; `/v1/traces` and so on are appended. A wrong one is not replaced by the default: nothing is sent.'
        : 'URL, used as it is, without a path appended.',
      ...(isCommon && { defaultDoc: 'port 4318 of this machine, 4317 for grpc' }),
      ...short,
    }),
    row(`${path}.insecure`, flag, {
      variables: variables('INSECURE'),
      ...(isCommon && { default: false }),
      doc: 'Connects without TLS where `grpc` has an endpoint without a scheme, such as `collector:4317`.',
      ...readme,
    }),
    row(`${path}.protocol`, oneOf('http/protobuf', 'http/json', 'grpc'), {
      variables: variables('PROTOCOL'),
      ...(isCommon && { default: 'http/protobuf' }),
      doc: '`http/protobuf`, `http/json`, `grpc`.',
      ...short,
    }),
    row(`${path}.headers`, headers, {
      variables: variables('HEADERS'),
      ...(isCommon && { default: {} }),
      merged: true,
      doc: 'Headers of every request, such as an API key; merged from all sources.',
      ...(isCommon && { defaultDoc: 'none' }),
      ...short,
    }),
    row(`${path}.compression`, oneOf('gzip', 'none'), {
      variables: variables('COMPRESSION'),
      ...(isCommon && { default: 'none' }),
      doc: '`gzip` or `none`.',
      ...readme,
    }),
    row(`${path}.timeoutMillis`, positiveMillis, {
      variables: variables('TIMEOUT'),
      ...(isCommon && { default: 10_000 }),
      doc: 'Time that the answer to one request may take.',
      ...readme,
    }),
    ...tlsRows(path, variables).map((each) => ({ ...each, ...readme })),
  ];
}

function tlsRows(path: 'otlp' | `otlp.${Signal}`, variables: (name: string) => string[]): OptionRow[] {
  return [
    row(`${path}.certificate`, pemFile, {
      variables: variables('CERTIFICATE'),
      doc: "Path of the PEM file that the backend's certificate is checked against.",
    }),
    row(`${path}.clientKey`, pemFile, {
      variables: variables('CLIENT_KEY'),
      doc: 'Path of the PEM file with our private key, for mutual TLS.',
    }),
    row(`${path}.clientCertificate`, pemFile, {
      variables: variables('CLIENT_CERTIFICATE'),
      doc: 'Path of the PEM file with our certificate, for mutual TLS.',
    }),
  ];
}

function batchRows(path: 'batch' | 'logBatch', prefix: string, items: string, delayMillis: number): OptionRow[] {
  return [
    row(`${path}.maxQueueSize`, positiveNumber, {
      variables: [`${prefix}MAX_QUEUE_SIZE`],
      doc: `Number of ${items} that may wait. Unless it is set only \`outbox.maxBytes\` limits them.`,
    }),
    row(`${path}.maxExportBatchSize`, positiveNumber, {
      variables: [`${prefix}MAX_EXPORT_BATCH_SIZE`],
      default: 512,
      doc: `Number of ${items} in one request.`,
    }),
    row(`${path}.scheduleDelayMillis`, millis, {
      variables: [`${prefix}SCHEDULE_DELAY`],
      default: delayMillis,
      doc: `Time that ${items} may wait for others to go with them.`,
    }),
    row(`${path}.exportTimeoutMillis`, positiveMillis, {
      variables: [`${prefix}EXPORT_TIMEOUT`],
      default: 30_000,
      doc: 'Time for one export by an exporter that is not `otlp`.',
    }),
  ];
}

/** The same variable, but more can be given in code. */
function widened<T>(type: string, kind: OptionKind<T>, accepts: (value: unknown) => boolean): OptionKind<T> {
  return { ...kind, type, accepts: (value): value is T => accepts(value) };
}

/** Reads the variable in any case: `OTEL_LOG_LEVEL=DEBUG` is common. */
function lowerCase<T>(kind: OptionKind<T>): OptionKind<T> {
  return { ...kind, parse: (text) => kind.parse(text.toLowerCase()) };
}
