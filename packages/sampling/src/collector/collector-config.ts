// The parts of the Collector's configuration that we write, under the names that it has for them.

/** Configuration of one Collector. */
export interface CollectorConfig {
  readonly receivers: Readonly<Record<string, unknown>>;
  readonly processors: Readonly<Record<string, unknown>>;
  readonly exporters: Readonly<Record<string, unknown>>;
  readonly service: { readonly pipelines: { readonly traces: Pipeline } };
}

/** Names of components, in the order that spans take. */
export interface Pipeline {
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

/** Configuration of the `tail_sampling` processor; times are durations as Go writes them. */
export interface TailSamplingConfig {
  readonly decision_wait: string;
  readonly num_traces: number;
  readonly expected_new_traces_per_sec: number;
  readonly decision_cache: { readonly sampled_cache_size: number; readonly non_sampled_cache_size: number };
  readonly policies: readonly TailPolicy[];
}

/** A policy of the `tail_sampling` processor: `drop` wins over all others, of which one must keep a trace. */
export type TailPolicy = KeepPolicy | DropPolicy | CompositePolicy;

/** A policy that keeps traces. */
export type KeepPolicy = PlainPolicy | AndPolicy;

/** A policy that is made of no other. */
export type PlainPolicy =
  | { readonly name: string; readonly type: 'always_sample' }
  | {
      readonly name: string;
      readonly type: 'probabilistic';
      readonly probabilistic: { readonly hash_salt: string; readonly sampling_percentage: number };
    }
  | {
      readonly name: string;
      readonly type: 'status_code';
      readonly status_code: { readonly status_codes: readonly string[] };
    }
  | {
      readonly name: string;
      readonly type: 'ottl_condition';
      readonly ottl_condition: { readonly error_mode: 'silent'; readonly span: readonly string[] };
    };

/** A part of a policy: a plain one, or its opposite. */
export type SubPolicy =
  | PlainPolicy
  | { readonly name: string; readonly type: 'not'; readonly not: { readonly not_sub_policy: PlainPolicy } };

/** Keeps a trace that all parts keep. */
export interface AndPolicy {
  readonly name: string;
  readonly type: 'and';
  readonly and: { readonly and_sub_policy: readonly SubPolicy[] };
}

/** Drops a trace that all parts keep. */
export interface DropPolicy {
  readonly name: string;
  readonly type: 'drop';
  readonly drop: { readonly drop_sub_policy: readonly SubPolicy[] };
}

/** Keeps what one of its parts keeps, within the spans that each may have in a second. */
export interface CompositePolicy {
  readonly name: string;
  readonly type: 'composite';
  readonly composite: {
    readonly max_total_spans_per_second: number;
    readonly policy_order: readonly string[];
    readonly composite_sub_policy: readonly KeepPolicy[];
    readonly rate_allocation: readonly { readonly policy: string; readonly percent: number }[];
  };
}
