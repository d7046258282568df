import type { Attributes } from '@opentelemetry/api';
import { thresholdOf } from '@clew/trace-context';

import { createPolicyHead, type PolicyHead } from '../policy/policy-head.ts';
import type { Policy, TailRule } from '../policy/policy.ts';
import { createRuleWatch, type RuleWatch } from '../policy/rule-progress.ts';
import type { Lane } from '../budget/demand.ts';
import { createPromiseLimit, type PromiseLimit } from '../budget/promise-limit.ts';
import { laneOfRule } from './claim.ts';
import { createDurationBaselines, type DurationBaselines } from './duration-baselines.ts';
import { createForcedTraces } from './forced-traces.ts';

/** A policy in force: all of it compiled, with what it has learned. */
export interface PolicyEngine {
  readonly policy: Policy;
  readonly head: PolicyHead;
  readonly watch: RuleWatch;
  readonly baselines: DurationBaselines;
  readonly baseThreshold: string | undefined;
  /** Some rule drops whatever others say. */
  readonly hasDrops: boolean;
  /** The part of the budget that each tail rule competes for. */
  readonly lanes: ReadonlyMap<TailRule, Lane>;
  /** Limits what the start keeps to what the budget can bear. */
  readonly promises: PromiseLimit;
}

/** Surroundings of a policy. */
export interface EngineOptions {
  /** Attributes of the resource, for head rules about it. */
  readonly resource: Readonly<Attributes>;
  /** Milliseconds. */
  now(): number;
  /** Takes an error that a function of a tail rule threw. */
  onFailure?(rule: TailRule, error: unknown): void;
}

/** @param previous the engine of the policy before, whose learned durations are taken over */
export function createPolicyEngine(policy: Policy, options: EngineOptions, previous?: PolicyEngine): PolicyEngine {
  const baselines = createDurationBaselines(policy, previous?.baselines);
  const promises = createPromiseLimit();
  const forced = policy.forced && createForcedTraces(policy.forced, options.now);
  return {
    policy,
    head: createPolicyHead(policy, {
      resource: options.resource,
      limitForced: forced?.limited,
      scale: policy.budget && promises.scale,
      asksAlways: policy.rules.length > 0,
    }),
    watch: createRuleWatch(policy, {
      quantileOf: baselines.quantileOf,
      ...(options.onFailure !== undefined && { onFailure: options.onFailure }),
    }),
    baselines,
    baseThreshold: thresholdOf(policy.base.ratio),
    hasDrops: policy.rules.some(({ drop }) => drop),
    lanes: new Map(policy.rules.map((rule) => [rule, laneOfRule(rule)])),
    promises,
  };
}
