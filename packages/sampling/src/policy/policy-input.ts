import type { SpanStart } from '../threshold-sampler.ts';
import type { JudgedSpan } from './judged-span.ts';
import type { CountsMode, KindName, StatusName, UpstreamMode } from './policy.ts';

/**
 * A policy as it is written, in YAML or in code. Durations are texts such as `250ms`, `2s`, `5m`; texts in conditions are
 * globs, where `*` stays within a path segment and `**` does not.
 */
export interface PolicyInput {
  readonly version: 1;
  /** Default: `respect`. */
  readonly upstream?: UpstreamMode;
  readonly debug?: { readonly header: string; readonly secret_env: string; readonly max_per_second?: number };
  readonly forced?: { readonly traces_per_second: number };
  readonly budget?: {
    readonly spans_per_second: number;
    readonly keep_share?: number;
    readonly burst?: string;
    /** Default: `exact`. */
    readonly counts?: CountsMode;
  };
  readonly limits?: {
    readonly buffered_spans?: number;
    /** A number of bytes, or a text such as `64MiB`. */
    readonly buffered_bytes?: number | string;
    readonly trace_age?: string;
    readonly linger?: string;
    readonly spans_per_trace?: number;
  };
  readonly head?: readonly HeadRuleInput[];
  readonly rules?: readonly TailRuleInput[];
  /** Default: keeps all. */
  readonly base?: {
    readonly ratio?: number;
    readonly balance?: { readonly by: readonly string[]; readonly max_keys?: number };
  };
}

/** A head rule as it is written. */
export interface HeadRuleInput {
  /** Unique among the rules of a policy. */
  readonly name: string;
  readonly match: HeadMatchInput | ((start: SpanStart) => boolean);
  readonly unless?: HeadMatchInput | ((start: SpanStart) => boolean);
  readonly ratio: number;
}

/** A tail rule as it is written: with a `ratio`, or with `drop`. */
export interface TailRuleInput {
  /** Unique among the rules of a policy. */
  readonly name: string;
  readonly match: TailMatchInput | ((spans: readonly JudgedSpan[]) => boolean);
  readonly unless?: TailMatchInput | ((spans: readonly JudgedSpan[]) => boolean);
  readonly ratio?: number;
  readonly drop?: true;
  /** Default: 1. */
  readonly weight?: number;
}

/** Conditions that rules at both ends of a span know. */
interface CommonMatchInput {
  readonly name?: OneOrMore<string>;
  readonly kind?: OneOrMore<KindName>;
  /** `http.request.method`. */
  readonly method?: ValueInput;
  /** `url.path`. */
  readonly path?: ValueInput;
  /** `server.address`. */
  readonly host?: ValueInput;
  readonly resource?: Readonly<Record<string, ValueInput>>;
}

/** Conditions that must all hold, on what is known before a span is built. */
export interface HeadMatchInput extends CommonMatchInput {
  /** True for spans that start with links. */
  readonly links?: boolean;
  readonly parent?: 'none' | 'remote';
  readonly 'http.request.method'?: ValueInput;
  readonly 'url.path'?: ValueInput;
  readonly 'server.address'?: ValueInput;
  readonly [resource: `resource.${string}`]: ValueInput | undefined;
}

/** Conditions on one span that must all hold. */
export interface SpanMatchInput extends CommonMatchInput {
  /** `http.route`. */
  readonly route?: ValueInput;
  /** Attributes whose names have no dot; others are keys beside this one. */
  readonly attributes?: Readonly<Record<string, ValueInput>>;
  readonly status?: OneOrMore<StatusName>;
  readonly error?: boolean;
  /** One or two comparisons, such as `>2s` or `>=100ms <2s`. */
  readonly duration?: string;
  /** Slower than the quantile of the spans with the same value of `per` (default: `http.route`), and than `floor`. */
  readonly slower_than?: { readonly quantile: number; readonly per?: string; readonly floor?: string };
  readonly [attribute: `${string}.${string}`]: ValueInput | undefined;
}

/** Conditions on the local root, and on any span of it. */
export interface TailMatchInput extends SpanMatchInput {
  readonly any_span?: SpanMatchInput;
}

/** A value, or a list of which one must fit: globs, equal values, comparisons such as `>=500`. */
export type ValueInput = OneOrMore<string | number | boolean>;
/** One, or a list of which one must fit. */
export type OneOrMore<T> = T | readonly T[];
