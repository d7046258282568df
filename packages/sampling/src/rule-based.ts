import { SamplingOptionError, unexpected } from './sampling-option-error.ts';
import { checkedSampler, createThresholdSampler, type SpanStart, type ThresholdSampler } from './threshold-sampler.ts';
import { saysYes } from './says-yes.ts';
import { tellOnce } from './tell-once.ts';

/** A rule: a sampler, and the spans it decides about. */
export interface SamplingRule {
  /** Unique among the rules of a sampler; for people. */
  readonly name: string;
  /**
   * Returns `true` for the spans of this rule; anything else means no. An error that it throws, and a promise, is counted,
   * reported once by `diag`, and means no.
   */
  matches(start: SpanStart): boolean;
  readonly sampler: ThresholdSampler;
}

/** Options of `ruleBased`. */
export interface RuleBasedOptions {
  /** Asked in this order. */
  readonly rules: readonly SamplingRule[];
  /** Decides about spans that no rule matches. */
  readonly otherwise: ThresholdSampler;
}

/** A sampler that also counts the failures of its rules. */
export interface RuleBasedSampler extends ThresholdSampler {
  /** Number of failures of each rule, by its name; rules that never failed are left out. */
  readonly failures: ReadonlyMap<string, number>;
}

/**
 * Asks the sampler of the first rule that matches. Counts stay true as long as no rule looks at the trace id, or at a
 * decision that was made by it.
 *
 * @throws SamplingOptionError when a rule lacks a name, a function or a sampler, or when two have one name
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#composablerulebased
 */
export function ruleBased(options: RuleBasedOptions): RuleBasedSampler {
  const rules = checkedRules(options?.rules);
  const otherwise = checkedSampler('ruleBased.otherwise', options.otherwise);
  const failures = new Map<string, number>();
  const matches = (rule: CheckedRule, start: SpanStart): boolean => {
    try {
      return saysYes(rule.matches(start));
    } catch (error) {
      failures.set(rule.name, (failures.get(rule.name) ?? 0) + 1);
      rule.tellFailure(error);
      return false;
    }
  };
  const describe = () => {
    const texts = rules.map(({ name, sampler }) => `${name}: ${sampler.toString()}`);
    return `RuleBased{${[...texts, `otherwise: ${otherwise.toString()}`].join(', ')}}`;
  };
  const sampler = createThresholdSampler(describe, (start) => {
    for (const rule of rules) if (matches(rule, start)) return rule.sampler.intentFor(start);
    return otherwise.intentFor(start);
  });
  return { ...sampler, failures };
}

interface CheckedRule extends SamplingRule {
  readonly tellFailure: (error: unknown) => void;
}

/** Copies the rules, so that later changes of the given ones have no effect. */
function checkedRules(rules: readonly SamplingRule[]): readonly CheckedRule[] {
  if (!Array.isArray(rules)) throw unexpected('ruleBased.rules', rules, 'a list of rules');
  const names = new Set<string>();
  return rules.map((rule: Partial<SamplingRule> | null | undefined, index) => {
    const place = `ruleBased.rules[${index}]`;
    const { name, sampler } = rule ?? {};
    if (typeof name !== 'string' || name === '') throw unexpected(`${place}.name`, name, 'a name');
    if (names.has(name)) throw new SamplingOptionError(`${place}.name`, `is ${name}, which another rule has`);
    names.add(name);
    if (typeof rule?.matches !== 'function') throw unexpected(`${place}.matches`, rule?.matches, 'a function');
    return {
      name,
      matches: rule.matches.bind(rule),
      sampler: checkedSampler(`${place}.sampler`, sampler),
      tellFailure: tellOnce('error', `sampling rule ${name} failed; taking it as not matching`),
    };
  });
}
