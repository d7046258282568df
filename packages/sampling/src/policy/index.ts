export { headSampler, type HeadSamplerOptions } from './head-sampler.ts';
export { judgeByRules, type RuleJudgement } from './judge-by-rules.ts';
export { type JudgedSpan } from './judged-span.ts';
export {
  type HeadMatchInput,
  type HeadRuleInput,
  type OneOrMore,
  type PolicyInput,
  type SpanMatchInput,
  type TailMatchInput,
  type TailRuleInput,
  type ValueInput,
} from './policy-input.ts';
export {
  type BalancePolicy,
  type BasePolicy,
  type BudgetPolicy,
  type Condition,
  type DebugPolicy,
  type ForcedPolicy,
  type HeadRule,
  type KindName,
  type LimitsPolicy,
  type Match,
  type Policy,
  type Range,
  type StatusName,
  type TailRule,
  type UpstreamMode,
  type ValueTest,
} from './policy.ts';
export { readPolicy, type PolicyProblem, type PolicyReading } from './read-policy.ts';
export { type RuleSurroundings, type SpanScope } from './span-facts.ts';
