// What we write for the Collector, and nothing else: a key or value that it does not document is a mistake.

const strict = (properties: Readonly<Record<string, unknown>>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const list = (items: unknown) => ({ type: 'array', items, minItems: 1 });
const ref = (name: string) => ({ $ref: `#/definitions/${name}` });
const exactly = (value: unknown) => ({ const: value });
const text = { type: 'string', minLength: 1 };
const count = { type: 'integer', minimum: 1 };
const percent = { type: 'integer', minimum: 1, maximum: 100 };

const policyOf = (type: string, config?: unknown) =>
  strict({ name: text, type: exactly(type), ...(config !== undefined && { [type]: config }) });

const definitions = {
  plain: {
    oneOf: [
      policyOf('always_sample'),
      policyOf(
        'probabilistic',
        strict({ hash_salt: text, sampling_percentage: { type: 'number', minimum: 0, maximum: 100 } }),
      ),
      policyOf('status_code', strict({ status_codes: list({ enum: ['UNSET', 'OK', 'ERROR'] }) })),
      policyOf('ottl_condition', strict({ error_mode: exactly('silent'), span: list(text) })),
    ],
  },
  sub: { oneOf: [ref('plain'), policyOf('not', strict({ not_sub_policy: ref('plain') }))] },
  keep: { oneOf: [ref('plain'), policyOf('and', strict({ and_sub_policy: list(ref('sub')) }))] },
  policy: {
    oneOf: [
      ref('keep'),
      policyOf('drop', strict({ drop_sub_policy: list(ref('sub')) })),
      policyOf(
        'composite',
        strict({
          max_total_spans_per_second: count,
          policy_order: list(text),
          composite_sub_policy: list(ref('keep')),
          rate_allocation: list(strict({ policy: text, percent })),
        }),
      ),
    ],
  },
};

const endpoint = strict({ endpoint: text });
const memoryLimiter = strict({
  check_interval: { type: 'string', pattern: '^[1-9][0-9]*s$' },
  limit_percentage: percent,
  spike_limit_percentage: percent,
});
const tailSampling = strict({
  decision_wait: { type: 'string', pattern: '^[1-9][0-9]*s$' },
  num_traces: count,
  expected_new_traces_per_sec: count,
  decision_cache: strict({ sampled_cache_size: count, non_sampled_cache_size: count }),
  policies: list(ref('policy')),
});
const pipeline = (processors: readonly string[], exporter: string) =>
  strict({
    pipelines: strict({
      traces: strict({
        receivers: exactly(['otlp']),
        processors: exactly(processors),
        exporters: exactly([exporter]),
      }),
    }),
  });

/** JSON Schemas of the files of both tiers, strict. */
export const COLLECTOR_SCHEMAS = {
  tier1: {
    definitions,
    ...strict({
      receivers: strict({ otlp: strict({ protocols: strict({ grpc: endpoint, http: endpoint }) }) }),
      processors: strict({ memory_limiter: memoryLimiter }),
      exporters: strict({
        load_balancing: strict({
          routing_key: exactly('traceID'),
          protocol: strict({ otlp: strict({ tls: strict({ insecure: exactly(true) }) }) }),
          resolver: strict({ static: strict({ hostnames: list(text) }) }),
        }),
      }),
      service: pipeline(['memory_limiter'], 'load_balancing'),
    }),
  },
  tier2: {
    definitions,
    ...strict({
      receivers: strict({ otlp: strict({ protocols: strict({ grpc: endpoint }) }) }),
      processors: strict({ memory_limiter: memoryLimiter, tail_sampling: tailSampling, batch: strict({}) }),
      exporters: strict({ otlp_http: endpoint }),
      service: pipeline(['memory_limiter', 'tail_sampling', 'batch'], 'otlp_http'),
    }),
  },
};
