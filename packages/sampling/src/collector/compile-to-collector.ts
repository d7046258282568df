import type { Policy } from '../policy/policy.ts';
import { SamplingOptionError, unexpected } from '../sampling-option-error.ts';
import type {
  CollectorConfig,
  CompositePolicy,
  DropPolicy,
  KeepPolicy,
  TailPolicy,
  TailSamplingConfig,
} from './collector-config.ts';
import type { CollectorNote, TakeNote } from './collector-note.ts';
import { collectorYaml } from './collector-yaml.ts';
import { headPolicies } from './head-policies.ts';
import { notePolicy } from './policy-notes.ts';
import { keepPolicy, tailRulePolicies } from './rule-policies.ts';

/** Options of `compileToCollector`. */
export interface CollectorOptions {
  /** Addresses of the Collectors of tier 2, `host:port`, as tier 1 reaches them. Default: two placeholders. */
  readonly hostnames?: readonly string[];
  /** URL of the backend, for OTLP over HTTP. Default: a placeholder. */
  readonly endpoint?: string;
  /** Duration in milliseconds that stands for the quantiles of `slower_than`. Without it such rules are left out. */
  readonly slowFromMillis?: number;
  /** Name of the policy, for the comment at the head of the files. */
  readonly source?: string;
}

/** A policy as configuration of the OpenTelemetry Collector. */
export interface CompiledPolicy {
  /** Values as the Collector reads them: unlike `yaml`, they have single dollar signs. */
  readonly config: Readonly<Record<CollectorTier, CollectorConfig>>;
  /** The same as files. */
  readonly yaml: Readonly<Record<CollectorTier, string>>;
  /** All that the Collector does not do, or does otherwise. */
  readonly notes: readonly CollectorNote[];
}

/** Tier 1 sends all spans of a trace to one Collector of tier 2, which decides about it. */
export type CollectorTier = 'tier1' | 'tier2';

const DEFAULT_HOSTNAMES = ['tier2-a.example:4317', 'tier2-b.example:4317'] as const;
const DEFAULT_ENDPOINT = 'https://backend.example:4318';

/**
 * Translates a policy into configuration of the OpenTelemetry Collector, the distribution `contrib` from 0.160 on: two tiers,
 * of which the second decides about whole traces with the processor `tail_sampling`.
 *
 * @param policy of `readPolicy`
 * @throws SamplingOptionError for an option of a wrong kind
 */
export function compileToCollector(policy: Policy, options: CollectorOptions = {}): CompiledPolicy {
  const { hostnames = DEFAULT_HOSTNAMES, endpoint = DEFAULT_ENDPOINT, slowFromMillis, source = 'a policy' } = options;
  checkOptions(hostnames, endpoint, slowFromMillis);
  const notes: CollectorNote[] = [];
  const noteAt =
    (path: string, rule?: string): TakeNote =>
    (key, loss, becomes) =>
      void notes.push(Object.freeze({ path: `${path}${key}`, rule, loss, becomes }));
  notePolicy(policy, hostnames.length, noteAt(''));
  const all = tailPolicies(policy, hostnames.length, slowFromMillis, noteAt);
  const policies = all.length === 0 ? [keepPolicy('base', [], 0)] : all; // the Collector wants one
  const config = {
    tier1: tierOne(hostnames),
    tier2: tierTwo(policy, policies, endpoint),
  };
  const isPlaceholder = { hostnames: hostnames === DEFAULT_HOSTNAMES, endpoint: endpoint === DEFAULT_ENDPOINT };
  return { config, yaml: collectorYaml(config, source, isPlaceholder), notes };
}

function checkOptions(hostnames: unknown, endpoint: unknown, slowFromMillis: unknown): void {
  const isList = Array.isArray(hostnames) && hostnames.length > 0;
  if (!isList || !hostnames.every((each) => typeof each === 'string' && each !== ''))
    throw unexpected('compileToCollector.hostnames', hostnames, 'a list of addresses');
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint))
    throw new SamplingOptionError('compileToCollector.endpoint', 'is no URL, such as https://backend.example:4318');
  if (slowFromMillis !== undefined && !(typeof slowFromMillis === 'number' && slowFromMillis >= 0))
    throw unexpected('compileToCollector.slowFromMillis', slowFromMillis, 'a number of milliseconds');
}

type NoteAt = (path: string, rule?: string) => TakeNote;

/** Policies in the order of the policy; `drop` first, since it wins. */
function tailPolicies(
  policy: Policy,
  instances: number,
  slowFromMillis: number | undefined,
  noteAt: NoteAt,
): TailPolicy[] {
  const nameFor = uniqueNames();
  const around = { slowFromMillis, hasBudget: policy.budget !== undefined, nameFor };
  const head = headPolicies(policy, nameFor, (i) => noteAt(`head[${i}]`, policy.head[i]?.name));
  const rules = policy.rules.map((rule, i) => ({
    weight: rule.weight,
    policies: tailRulePolicies(rule, around, noteAt(`rules[${i}]`, rule.name)),
  }));
  const base = head.ofBase(nameFor('base'));
  const every = [...head.ofRules, ...rules.flatMap(({ policies }) => policies), ...base];
  const drops = every.filter((each) => each.type === 'drop');
  if (policy.budget === undefined) return [...drops, ...every.filter(isKeep)];
  const ofRules = rules.flatMap(({ weight, policies }) => policies.filter(isKeep).map((keep) => ({ weight, keep })));
  const ofBase = [...head.ofRules.filter(isKeep), ...base].map((keep) => ({ weight: 1, keep }));
  const { spansPerSecond, keepShare } = policy.budget;
  const limit = Math.max(1, Math.floor(spansPerSecond / instances));
  const shares = [...percentages(ofRules, keepShare), ...percentages(ofBase, 1 - keepShare)];
  return shares.length === 0 ? drops : [...drops, budgetPolicy(nameFor('budget'), limit, shares)];
}

const isKeep = (policy: KeepPolicy | DropPolicy): policy is KeepPolicy => policy.type !== 'drop';

interface Weighed {
  readonly weight: number;
  readonly keep: KeepPolicy;
}

interface Allocated {
  readonly percent: number;
  readonly keep: KeepPolicy;
}

/** Whole percentages of the budget: the share, divided by weight. None is 0, which would count as not set. */
function percentages(policies: readonly Weighed[], share: number): Allocated[] {
  const sum = policies.reduce((total, { weight }) => total + weight, 0);
  return policies.map(({ weight, keep }) => ({ keep, percent: Math.max(1, Math.floor((share * 100 * weight) / sum)) }));
}

function budgetPolicy(name: string, limit: number, allocated: readonly Allocated[]): CompositePolicy {
  return {
    name,
    type: 'composite',
    composite: {
      max_total_spans_per_second: limit,
      policy_order: allocated.map(({ keep }) => keep.name),
      composite_sub_policy: allocated.map(({ keep }) => keep),
      rate_allocation: allocated.map(({ keep, percent }) => ({ policy: keep.name, percent })),
    },
  };
}

/** The Collector takes each name of a policy once. */
function uniqueNames(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name} (${n})`;
    taken.add(unique);
    return unique;
  };
}

const GRPC = '0.0.0.0:4317';
const HTTP = '0.0.0.0:4318';
const MEMORY = { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 20 };

function tierOne(hostnames: readonly string[]): CollectorConfig {
  return {
    receivers: { otlp: { protocols: { grpc: { endpoint: GRPC }, http: { endpoint: HTTP } } } },
    processors: { memory_limiter: MEMORY },
    exporters: {
      load_balancing: {
        routing_key: 'traceID',
        protocol: { otlp: { tls: { insecure: true } } },
        resolver: { static: { hostnames: [...hostnames] } },
      },
    },
    service: {
      pipelines: { traces: { receivers: ['otlp'], processors: ['memory_limiter'], exporters: ['load_balancing'] } },
    },
  };
}

function tierTwo({ limits }: Policy, policies: readonly TailPolicy[], endpoint: string): CollectorConfig {
  const waitSeconds = Math.max(1, Math.ceil(limits.traceAge / 1000));
  const tailSampling: TailSamplingConfig = {
    decision_wait: `${waitSeconds}s`,
    num_traces: limits.bufferedSpans,
    expected_new_traces_per_sec: Math.ceil(limits.bufferedSpans / waitSeconds),
    // Decisions are remembered ten times as long as traces are held: what is late follows them.
    decision_cache: {
      sampled_cache_size: limits.bufferedSpans * 10,
      non_sampled_cache_size: limits.bufferedSpans * 10,
    },
    policies,
  };
  return {
    receivers: { otlp: { protocols: { grpc: { endpoint: GRPC } } } },
    processors: { memory_limiter: MEMORY, tail_sampling: tailSampling, batch: {} },
    exporters: { otlp_http: { endpoint } },
    service: {
      pipelines: {
        traces: {
          receivers: ['otlp'],
          processors: ['memory_limiter', 'tail_sampling', 'batch'],
          exporters: ['otlp_http'],
        },
      },
    },
  };
}
