import { thresholdOf } from '@clew/trace-context';

import { isKept, lowerThreshold } from '../is-kept.ts';
import type { RuleJudgement } from '../policy/judge-by-rules.ts';

/** A decision about the spans of one trace. */
export interface Outcome {
  readonly isKept: boolean;
  /** Written as `th` on what is kept; `undefined` where nobody knows how many traces it stands for. */
  readonly threshold: string | undefined;
  /** Written as `sampling.rule`: a rule of the policy, or `base`, `upstream`, `debug`. */
  readonly rule: string;
}

/** Decision about a trace as it entered the process. */
export interface HeadDecision {
  readonly isSampled: boolean;
  /** A caller keeps it, or somebody with the secret asked for it. */
  readonly isFollowed: boolean;
  /** The threshold by which it is sampled; `undefined` where it is not, or nobody knows. */
  readonly threshold: string | undefined;
  readonly rule: string;
  /** `base` has not been asked yet: a sampler that does not know the policy has let the trace in. */
  readonly needsBase: boolean;
}

/** Facts that a decision stands on beside the rules. */
export interface DecisionFacts {
  readonly head: HeadDecision;
  readonly baseThreshold: string | undefined;
  /** The trace id, or an explicit randomness value. */
  readonly randomness: string;
  /** Another process was told that the trace is sampled. */
  readonly isPromised: boolean;
  /** The threshold by which it was promised before the rules had all of it. */
  readonly promisedThreshold: string | undefined;
}

/** Not kept. */
export const DROPPED: Outcome = Object.freeze({ isKept: false, threshold: undefined, rule: '' });

/**
 * Decides about a trace: by the lowest of the thresholds that its rules, the head and a promise give, and by nothing
 * else; so each kept trace stands for 1 / probability of its like. A trace that is promised elsewhere is never dropped.
 *
 * @param judgement of the tail rules; `undefined` when none matches, or none is to be asked
 */
export function decide(judgement: RuleJudgement | undefined, facts: DecisionFacts): Outcome {
  const { head, isPromised } = facts;
  const isOwed = isPromised || head.isFollowed;
  if (judgement?.rule.drop === true && !isOwed) return DROPPED;
  if (head.isFollowed && head.threshold === undefined) return { isKept: true, threshold: undefined, rule: head.rule };
  const ofRules = judgement === undefined || judgement.rule.drop ? undefined : thresholdOf(judgement.ratio);
  const ofHead = lowerThreshold(head.threshold, head.needsBase ? facts.baseThreshold : undefined);
  const threshold = lowerThreshold(lowerThreshold(ofRules, ofHead), isPromised ? facts.promisedThreshold : undefined);
  const passes = threshold !== undefined && isKept(facts.randomness, threshold);
  if (!passes && !isOwed && !isSampledByHead(head)) return DROPPED;
  const rule =
    judgement !== undefined && ofRules !== undefined && ofRules === threshold ? judgement.rule.name : head.rule;
  return { isKept: true, threshold: passes ? threshold : undefined, rule };
}

const isSampledByHead = ({ isSampled, needsBase }: HeadDecision): boolean => isSampled && !needsBase;
