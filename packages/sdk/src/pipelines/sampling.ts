import type { Attributes } from '@opentelemetry/api';
import { headSampler, type Policy } from '@clew/sampling/policy';
import type { Sampler } from '@opentelemetry/sdk-trace';

import type { SamplingWish } from '../options/sampling-wish.ts';
import { openPolicySource } from './policy-source.ts';

/** A sampling policy in force. */
export interface OpenedSampling {
  /** Decides as the policy says that was read last. */
  readonly sampler: Sampler;
  close(): void;
}

/**
 * Puts the policy that the user asks for into force, and each one that its file holds later.
 *
 * @param resource attributes of the resource, as far as they are known
 * @returns undefined where the policy cannot be used, which stderr explains
 * @throws ConfigurationError for a mistake in a policy in code
 */
export function openSampling(wish: SamplingWish, resource: () => Attributes): OpenedSampling | undefined {
  const samplerOf = (policy: Policy) => headSampler(policy, { resource: resource() });
  const source = openPolicySource(wish, (policy) => {
    current = samplerOf(policy);
  });
  if (source === undefined) return undefined;
  let current = samplerOf(source.policy);
  return {
    sampler: {
      shouldSample: (...all) => current.shouldSample(...all),
      toString: () => current.toString(),
    },
    close: source.close,
  };
}
