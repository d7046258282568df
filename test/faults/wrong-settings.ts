/** Values that no reader of the specification would write, by the variables that take what they are not. */
const WRONG: readonly (readonly [what: string, variables: readonly string[], values: readonly string[]])[] = [
  [
    'numbers',
    [
      'OTEL_BSP_MAX_QUEUE_SIZE',
      'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
      'OTEL_BSP_SCHEDULE_DELAY',
      'OTEL_BSP_EXPORT_TIMEOUT',
      'OTEL_EXPORTER_OTLP_TIMEOUT',
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'OTEL_ATTRIBUTE_COUNT_LIMIT',
      'OTEL_SPAN_EVENT_COUNT_LIMIT',
      'OTEL_SPAN_LINK_COUNT_LIMIT',
    ],
    ['abc', '-1', '10s', '1,000'],
  ],
  ['the sampler’s ratio', ['OTEL_TRACES_SAMPLER_ARG'], ['abc', '2', '-0.1', '100%', '0,5', 'NaN']],
  [
    'endpoints',
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    [
      'not a url',
      '"http://127.0.0.1:4318"',
      '127.0.0.1:4318',
      'http://localhost:99999',
      'ftp://localhost',
      'localhost',
    ],
  ],
  [
    'headers',
    ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'],
    ['api key=1', 'x=1\n2', 'novalue', '=1', 'x=日本', 'content-length=5'],
  ],
  [
    'exporters',
    ['OTEL_TRACES_EXPORTER', 'OTEL_METRICS_EXPORTER', 'OTEL_LOGS_EXPORTER'],
    ['OTLP', 'jaeger', 'otlp;console'],
  ],
  ['protocols', ['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'], ['http', 'GRPC', 'protobuf']],
  ['compression', ['OTEL_EXPORTER_OTLP_COMPRESSION'], ['zip', 'GZIP', 'true']],
  ['samplers', ['OTEL_TRACES_SAMPLER'], ['ratio', 'always', 'ALWAYS_ON']],
  ['propagators', ['OTEL_PROPAGATORS'], ['w3c', 'tracecontext;baggage', 'B3']],
  ['switches', ['OTEL_SDK_DISABLED'], ['yes', '1', 'on']],
  ['resource attributes', ['OTEL_RESOURCE_ATTRIBUTES'], ['novalue', '=x', 'a=%zz']],
  ['detectors', ['OTEL_NODE_RESOURCE_DETECTORS'], ['ec2', 'ENV']],
  ['instrumentations', ['OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'OTEL_NODE_ENABLED_INSTRUMENTATIONS'], ['htp', 'HTTP']],
  ['certificates', ['OTEL_EXPORTER_OTLP_CERTIFICATE'], ['/nowhere.pem', '/etc/hostname']],
  [
    'misspelt variables',
    ['OTEL_SERVICE_NAM', 'OTEL_EXPORTER_OTLP_ENDPOIN', 'OTEL_TRACE_EXPORTER', 'OTEL_TRACES_SAMPLERS'],
    ['otlp'],
  ],
];

/** One wrong setting, and what it is about. */
export interface WrongSetting {
  readonly what: string;
  readonly variable: string;
  readonly value: string;
}

export const WRONG_SETTINGS: readonly WrongSetting[] = WRONG.flatMap(([what, variables, values]) =>
  variables.flatMap((variable) => values.map((value) => ({ what, variable, value }))),
);
