import { passesThreshold, thresholdOf } from '@clew/trace-context';

import type { KeepPolicy, PlainPolicy, SubPolicy, TailPolicy } from '../src/collector/index.ts';
import type { JudgedSpan } from '../src/policy/judged-span.ts';
import { readOttlCondition } from './ottl-condition-reader.ts';

/**
 * Decides about a trace as the documentation of the processor `tail_sampling` says: `drop` wins, then one policy that keeps
 * is enough. Two differences: shares go by the randomness of the trace in place of the hash of the Collector, and no budget
 * of `composite` is ever used up.
 *
 * @param randomness 14 hex digits
 * @see https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/processor/tailsamplingprocessor/README.md#policy-decision-flow
 */
export function keepsTrace(policies: readonly TailPolicy[], trace: readonly JudgedSpan[], randomness: string): boolean {
  const passes = (test: SubPolicy): boolean =>
    test.type === 'not' ? !passesPlain(test.not.not_sub_policy) : passesPlain(test);
  const passesPlain = (test: PlainPolicy): boolean => {
    switch (test.type) {
      case 'always_sample':
        return true;
      case 'probabilistic': {
        const threshold = thresholdOf(test.probabilistic.sampling_percentage / 100);
        return threshold !== undefined && passesThreshold(randomness, threshold);
      }
      case 'status_code':
        return trace.some(({ status }) => test.status_code.status_codes.includes(STATUSES[status.code] ?? ''));
      case 'ottl_condition': {
        const conditions = test.ottl_condition.span.map(conditionOf);
        return trace.some((span) => conditions.some((holds) => holds(span)));
      }
    }
  };
  const keeps = (policy: KeepPolicy): boolean =>
    policy.type === 'and' ? policy.and.and_sub_policy.every(passes) : passesPlain(policy);

  if (policies.some((policy) => policy.type === 'drop' && policy.drop.drop_sub_policy.every(passes))) return false;
  return policies.some((policy) => {
    if (policy.type === 'drop') return false;
    return policy.type === 'composite' ? policy.composite.composite_sub_policy.some(keeps) : keeps(policy);
  });
}

const known = new Map<string, ReturnType<typeof readOttlCondition>>();

function conditionOf(text: string): ReturnType<typeof readOttlCondition> {
  const condition = known.get(text) ?? readOttlCondition(text);
  if (known.size > 1000) known.clear();
  known.set(text, condition);
  return condition;
}

const STATUSES = ['UNSET', 'OK', 'ERROR'];
