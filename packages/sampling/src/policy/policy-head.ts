import type { Attributes } from '@opentelemetry/api';

import { parentThreshold } from '../parent-threshold.ts';
import { probability } from '../probability.ts';
import { ruleBased } from '../rule-based.ts';
import { saysYes } from '../says-yes.ts';
import {
  createThresholdSampler,
  KEEP_NONE,
  type SamplingIntent,
  type SpanStart,
  type ThresholdSampler,
} from '../threshold-sampler.ts';
import { compileConditions, type FactReader } from './compile-conditions.ts';
import type { HeadRule, Match, Policy, UpstreamMode } from './policy.ts';

/** The beginning of a trace in this process, as a policy decides about it. */
export interface PolicyHead {
  readonly sampler: ThresholdSampler;
  /** Facts that the rules read of a local root, beside its name, its kind and its parent. */
  readonly reads: HeadReads;
  /** Number of failures of each head rule, by its name. */
  readonly failures: ReadonlyMap<string, number>;
  /**
   * Takes out the head rule that matched when the sampler last decided by itself, or at `exclusionOf`; `undefined` where
   * `base` did, or a parent.
   */
  takeRule(): HeadRule | undefined;
}

/** `facts` are attributes of `HEAD_FACTS` alone, which are known before a span is described; `description` is all of them, and links. */
export type HeadReads = 'nothing' | 'facts' | 'description';

/** Attributes that the words of head rules are about. */
const HEAD_FACTS: ReadonlySet<string> = new Set(['http.request.method', 'url.path', 'server.address']);

/** Options of `createPolicyHead`. */
export interface PolicyHeadOptions {
  /** Attributes of the resource, for rules about it. */
  readonly resource: Readonly<Attributes>;
  /** Changes what becomes of a trace that a caller has kept and that is to be followed. */
  readonly limitForced?: ((intent: SamplingIntent) => SamplingIntent) | undefined;
  /** A number from 0 to 1 that the ratios of `head` and `base` are multiplied by, if there is one. */
  readonly scale?: (() => number) | undefined;
  /** Asks the head rules also about spans that are not kept because a caller does not keep them. */
  readonly asksAlways?: boolean;
}

/** Compiles `upstream`, `head` and `base`. */
export function createPolicyHead(
  policy: Policy,
  { resource, limitForced, asksAlways, scale }: PolicyHeadOptions,
): PolicyHead {
  const facts = headFacts(resource);
  const share = (ratio: number) => (scale === undefined ? probability(ratio) : scaled(ratio, scale));
  let matched: HeadRule | undefined;
  const own = ruleBased({
    rules: policy.head.map((rule) => ({
      name: rule.name,
      matches: compileRule(rule, facts),
      sampler: noting(share(rule.ratio), () => (matched = rule)),
    })),
    otherwise: share(policy.base.ratio),
  });
  const follow = following(parentThreshold({ root: own }), limitForced);
  const ofRemote = REMOTE[policy.upstream];
  const sampler = createThresholdSampler(
    () => `PolicySampler{upstream=${policy.upstream}, root=${own.toString()}}`,
    (start) => {
      if (start.parent?.isRemote !== true) return follow.intentFor(start);
      const intent = ofRemote(start, own, follow);
      if (asksAlways && intent === KEEP_NONE) own.intentFor(start);
      return intent;
    },
  );
  return {
    sampler,
    reads: readsOf(policy.head.flatMap(({ match, unless }) => (unless === undefined ? [match] : [match, unless]))),
    failures: own.failures,
    takeRule() {
      const rule = matched;
      matched = undefined;
      return rule;
    },
  };
}

/** The scale is asked for each time, and seldom another one. */
function scaled(ratio: number, scale: () => number): ThresholdSampler {
  let last = 1;
  let sampler = probability(ratio);
  return {
    ...sampler,
    intentFor(start) {
      const factor = scale();
      if (factor !== last) {
        last = factor;
        sampler = probability(ratio * factor);
      }
      return sampler.intentFor(start);
    },
  };
}

function noting(sampler: ThresholdSampler, note: () => void): ThresholdSampler {
  return {
    ...sampler,
    intentFor(start) {
      note();
      return sampler.intentFor(start);
    },
  };
}

/** Follows the parent, and limits what remote ones have kept. */
function following(follow: ThresholdSampler, limitForced: PolicyHeadOptions['limitForced']): ThresholdSampler {
  if (limitForced === undefined) return follow;
  return {
    ...follow,
    intentFor(start) {
      const intent = follow.intentFor(start);
      return start.parent?.isRemote === true && isSampled(start) ? limitForced(intent) : intent;
    },
  };
}

type RemoteIntent = (start: SpanStart, own: ThresholdSampler, follow: ThresholdSampler) => SamplingIntent;

const REMOTE: Readonly<Record<UpstreamMode, RemoteIntent>> = {
  respect: (start, _, follow) => follow.intentFor(start),
  'respect-sampled': (start, own, follow) => (isSampled(start) ? follow : own).intentFor(start),
  cap: (start, own, follow) => (isSampled(start) ? bothOf(follow.intentFor(start), own.intentFor(start)) : KEEP_NONE),
  ignore: (start, own) => own.intentFor(start),
};

const isSampled = ({ parent }: SpanStart): boolean => ((parent?.traceFlags ?? 0) & 1) !== 0;

/** Keeps what passes both thresholds. Where the caller's is not known, the count is not known either. */
function bothOf(ofCaller: SamplingIntent, own: SamplingIntent): SamplingIntent {
  if (own.threshold === undefined) return KEEP_NONE;
  const given = ofCaller.threshold;
  // Digits behind a common beginning, without trailing zeros, are in the order of the numbers.
  const threshold = given !== undefined && given > own.threshold ? given : own.threshold;
  return { threshold, isCountKnown: given !== undefined, isPromised: false };
}

function compileRule({ match, unless }: HeadRule, facts: FactReader<HeadStart>): (start: SpanStart) => boolean {
  const matches = compileMatch(match, facts);
  if (unless === undefined) return matches;
  const exempts = compileMatch(unless, facts);
  return (start) => matches(start) && !exempts(start);
}

function readsOf(matches: readonly Match<SpanStart>[]): HeadReads {
  let reads: HeadReads = 'nothing';
  for (const match of matches) {
    if (typeof match === 'function') return 'description';
    for (const condition of match) {
      if (condition.on === 'links') return 'description';
      if (condition.on !== 'attribute') continue;
      if (!HEAD_FACTS.has(condition.key)) return 'description';
      reads = 'facts';
    }
  }
  return reads;
}

function compileMatch(match: Match<SpanStart>, facts: FactReader<HeadStart>): (start: SpanStart) => boolean {
  if (typeof match === 'function') return (start) => saysYes(match(start));
  return compileConditions(match, facts);
}

/** Facts that head rules can ask about. */
export type HeadStart = Pick<SpanStart, 'name' | 'kind' | 'attributes' | 'links' | 'parent'>;

/** Reads the facts of a span that starts. */
export function headFacts(resource: Readonly<Attributes>): FactReader<HeadStart> {
  return {
    name: ({ name }) => name,
    kind: ({ kind }) => kind,
    attribute: ({ attributes }, key) => (Object.hasOwn(attributes, key) ? attributes[key] : undefined),
    resource: (_, key) => (Object.hasOwn(resource, key) ? resource[key] : undefined),
    hasLinks: ({ links }) => links.length > 0,
    parent: ({ parent }) => (parent === undefined ? 'none' : parent.isRemote === true ? 'remote' : 'local'),
  };
}
