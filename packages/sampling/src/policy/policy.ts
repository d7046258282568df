import type { SpanStart } from '../threshold-sampler.ts';
import type { JudgedSpan } from './judged-span.ts';

/** A policy as `readPolicy` returns it: complete, checked, frozen. Times are in milliseconds, sizes in bytes. */
export interface Policy {
  readonly version: 1;
  readonly upstream: UpstreamMode;
  /** Traces that an authenticated header asks for; `undefined` without one. */
  readonly debug: DebugPolicy | undefined;
  /** Limit on the traces that trusted callers have kept here; `undefined` without one. */
  readonly forced: ForcedPolicy | undefined;
  /** Limit on what is exported; `undefined` without one. */
  readonly budget: BudgetPolicy | undefined;
  readonly limits: LimitsPolicy;
  /** Asked in this order as a trace begins in this process; the first that matches decides. */
  readonly head: readonly HeadRule[];
  /** Asked at the end: all that match apply. */
  readonly rules: readonly TailRule[];
  readonly base: BasePolicy;
}

/** Ways to treat the decision of a remote parent; `headSampler` says what each does. */
export type UpstreamMode = (typeof UPSTREAM_MODES)[number];
export const UPSTREAM_MODES = ['respect', 'respect-sampled', 'cap', 'ignore'] as const;

/** Traces that somebody with the secret asks for. */
export interface DebugPolicy {
  /** Name of the request header. */
  readonly header: string;
  /** Name of the environment variable that has the secret. */
  readonly secretEnv: string;
  readonly maxPerSecond: number;
}

/** Limit on traces that trusted callers have kept. */
export interface ForcedPolicy {
  readonly tracesPerSecond: number;
}

/** Limit on exported spans. */
export interface BudgetPolicy {
  readonly spansPerSecond: number;
  /** Share, 0 to 1, that is set aside for traces that rules about errors and durations keep. */
  readonly keepShare: number;
  /** Time over which the budget is balanced. */
  readonly burst: number;
  /** `exact`: each threshold is the one that a trace was kept by. `calibrated`: the counts of each window add up. */
  readonly counts: CountsMode;
}

/** Ways to count under a budget. */
export type CountsMode = (typeof COUNTS_MODES)[number];
export const COUNTS_MODES = ['exact', 'calibrated'] as const;

/** Bounds of what is held until a trace is decided. */
export interface LimitsPolicy {
  readonly bufferedSpans: number;
  readonly bufferedBytes: number;
  readonly traceAge: number;
  readonly linger: number;
  readonly spansPerTrace: number;
}

/** A rule about what is known before a span is built. */
export interface HeadRule {
  readonly name: string;
  readonly match: Match<SpanStart>;
  /** Exempts what it matches; `undefined` exempts nothing. */
  readonly unless: Match<SpanStart> | undefined;
  /** Share to keep, 0 to 1. */
  readonly ratio: number;
}

/** A rule about the spans of one local root, when they have ended. */
export interface TailRule {
  readonly name: string;
  readonly match: Match<readonly JudgedSpan[]>;
  /** Exempts what it matches; `undefined` exempts nothing. */
  readonly unless: Match<readonly JudgedSpan[]> | undefined;
  /** Share to keep, 0 to 1; 0 where `drop` is true. */
  readonly ratio: number;
  /** True for a rule that wins over all others, and keeps nothing. */
  readonly drop: boolean;
  /** Importance within the budget, beside that of other rules. */
  readonly weight: number;
}

/** Treatment of what no rule matches. */
export interface BasePolicy {
  /** Share to keep, 0 to 1. */
  readonly ratio: number;
  /** Keys whose values are each kept in like numbers; `undefined` keeps the same share of all. */
  readonly balance: BalancePolicy | undefined;
}

/** Number of values that are told apart, where the policy does not say. */
export const DEFAULT_MAX_KEYS = 500;

/** Balance between the values of some attributes. */
export interface BalancePolicy {
  /** Names of attributes. */
  readonly by: readonly string[];
  /** Number of values that are told apart; the rest share one place. */
  readonly maxKeys: number;
}

/** Conditions that must all hold, or a function of the user's. */
export type Match<Subject> = readonly Condition[] | ((subject: Subject) => boolean);

/** One fact and the values that it may have; of a list, one must fit. Texts are globs. */
export type Condition =
  | { readonly on: 'name'; readonly anyOf: readonly string[] }
  | { readonly on: 'kind'; readonly anyOf: readonly KindName[] }
  | { readonly on: 'attribute' | 'resource'; readonly key: string; readonly anyOf: readonly ValueTest[] }
  | { readonly on: 'status'; readonly anyOf: readonly StatusName[] }
  | { readonly on: 'duration'; readonly range: Range }
  | { readonly on: 'slowerThan'; readonly quantile: number; readonly per: string; readonly floor: number }
  | { readonly on: 'anySpan'; readonly allOf: readonly Condition[] }
  | { readonly on: 'links'; readonly is: boolean }
  | { readonly on: 'parent'; readonly is: 'none' | 'remote' };

/** Test of an attribute: a glob, an equal value, or a range. */
export type ValueTest = string | number | boolean | Range;

/** Numbers between bounds; each bound may be absent. */
export interface Range {
  readonly above?: number;
  readonly atLeast?: number;
  readonly below?: number;
  readonly atMost?: number;
}

/** Names of span kinds, at the index that is OpenTelemetry's number for them. */
export const KIND_NAMES = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
/** Name of a span kind. */
export type KindName = (typeof KIND_NAMES)[number];

/** Names of status codes, at the index that is OpenTelemetry's number for them. */
export const STATUS_NAMES = ['unset', 'ok', 'error'] as const;
/** Name of a status code. */
export type StatusName = (typeof STATUS_NAMES)[number];
