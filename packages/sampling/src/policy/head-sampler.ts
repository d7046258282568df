import type { Attributes } from '@opentelemetry/api';

import { parentThreshold } from '../parent-threshold.ts';
import { probability } from '../probability.ts';
import { ruleBased, type RuleBasedSampler } from '../rule-based.ts';
import { unexpected } from '../sampling-option-error.ts';
import {
  createThresholdSampler,
  KEEP_NONE,
  type SamplingIntent,
  type SpanStart,
  type ThresholdSampler,
} from '../threshold-sampler.ts';
import { compileConditions, type FactReader } from './compile-conditions.ts';
import type { HeadRule, Match, Policy, UpstreamMode } from './policy.ts';

/** Options of `headSampler`. */
export interface HeadSamplerOptions {
  /** Attributes of the resource, for rules about it. Default: none. */
  readonly resource?: Readonly<Attributes>;
}

/**
 * Makes a sampler of what a policy says about the beginning of a trace. The first `head` rule that matches gives the ratio,
 * or else `base`. Local parents are followed; `upstream` says what becomes of the decision of a remote one:
 *
 * - `respect` follows it;
 * - `respect-sampled` keeps what the caller keeps, and decides about the rest as about a root;
 * - `cap` keeps what the caller keeps and the policy would keep too, by the greater of both thresholds. A caller that keeps
 *   a trace against its own threshold is not followed;
 * - `ignore` decides as about a root.
 *
 * Tail rules, `budget`, `debug` and `forced` are not part of it.
 *
 * @returns a sampler that never throws; `failures` counts the errors of functions in head rules
 * @throws SamplingOptionError when the policy is not one of `readPolicy`
 */
export function headSampler(policy: Policy, { resource = {} }: HeadSamplerOptions = {}): RuleBasedSampler {
  if (!Array.isArray(policy?.head) || !Object.isFrozen(policy)) {
    throw unexpected('headSampler.policy', policy, 'a policy of readPolicy');
  }
  const facts = factsOf(resource);
  const own = ruleBased({
    rules: policy.head.map((rule) => ({
      name: rule.name,
      matches: compileRule(rule, facts),
      sampler: probability(rule.ratio),
    })),
    otherwise: probability(policy.base.ratio),
  });
  const follow = parentThreshold({ root: own });
  const ofRemote = REMOTE[policy.upstream];
  const sampler = createThresholdSampler(
    () => `PolicySampler{upstream=${policy.upstream}, root=${own.toString()}}`,
    (start) => (start.parent?.isRemote === true ? ofRemote(start, own, follow) : follow.intentFor(start)),
  );
  return { ...sampler, failures: own.failures };
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

function compileRule({ match, unless }: HeadRule, facts: FactReader<SpanStart>): (start: SpanStart) => boolean {
  const matches = compileMatch(match, facts);
  if (unless === undefined) return matches;
  const exempts = compileMatch(unless, facts);
  return (start) => matches(start) && !exempts(start);
}

function compileMatch(match: Match<SpanStart>, facts: FactReader<SpanStart>): (start: SpanStart) => boolean {
  if (typeof match === 'function') return (start) => (match(start) as unknown) === true;
  return compileConditions(match, facts);
}

function factsOf(resource: Readonly<Attributes>): FactReader<SpanStart> {
  return {
    name: ({ name }) => name,
    kind: ({ kind }) => kind,
    attribute: ({ attributes }, key) => (Object.hasOwn(attributes, key) ? attributes[key] : undefined),
    resource: (_, key) => (Object.hasOwn(resource, key) ? resource[key] : undefined),
    hasLinks: ({ links }) => links.length > 0,
    parent: ({ parent }) => (parent === undefined ? 'none' : parent.isRemote === true ? 'remote' : 'local'),
  };
}
