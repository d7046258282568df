import type { Attributes } from '@opentelemetry/api';

import type { RuleBasedSampler } from '../rule-based.ts';
import { unexpected } from '../sampling-option-error.ts';
import { createPolicyHead } from './policy-head.ts';
import type { Policy } from './policy.ts';

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
 * It decides at the start alone: tail rules, `budget`, `debug` and `forced` are not part of it. `createTailSampler` has a
 * sampler that knows them.
 *
 * @returns a sampler that never throws; `failures` counts the errors of functions in head rules
 * @throws SamplingOptionError when the policy is not one of `readPolicy`
 */
export function headSampler(policy: Policy, { resource = {} }: HeadSamplerOptions = {}): RuleBasedSampler {
  if (!Array.isArray(policy?.head) || !Object.isFrozen(policy)) {
    throw unexpected('headSampler.policy', policy, 'a policy of readPolicy');
  }
  const { sampler, failures } = createPolicyHead(policy, { resource });
  return { ...sampler, failures };
}
