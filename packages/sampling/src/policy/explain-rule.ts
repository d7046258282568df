import type { Attributes } from '@opentelemetry/api';

import { compileConditions, type FactReader } from './compile-conditions.ts';
import { compileRule, GROUP_FACTS, matchesGroup } from './judge-by-rules.ts';
import { isLocalRoot, type JudgedSpan } from './judged-span.ts';
import { headFacts, type HeadStart } from './policy-head.ts';
import type { Condition, HeadRule, Match, TailRule } from './policy.ts';
import type { RuleSurroundings } from './span-facts.ts';

/** Whether a rule matches, and why not. */
export interface RuleAnswer {
  readonly matches: boolean;
  /**
   * The first condition that does not hold. `undefined` where the rule matches, where `unless` exempts, and where there is
   * no local root to ask about.
   */
  readonly failed: Condition | undefined;
  /** All conditions hold, and those of `unless` too. */
  readonly isExempt: boolean;
}

const MATCHES: RuleAnswer = { matches: true, failed: undefined, isExempt: false };

/** Asks a tail rule about a group of spans as `judgeByRules` does. Of several local roots, the answer is about the first. */
export function explainTailRule(
  rule: TailRule,
  group: readonly JudgedSpan[],
  surroundings: RuleSurroundings,
): RuleAnswer {
  if (matchesGroup(compileRule(rule), group, surroundings)) return MATCHES;
  const span = group.find(isLocalRoot);
  if (span === undefined) return { matches: false, failed: undefined, isExempt: false };
  return whyNot(rule.match, GROUP_FACTS, { span, scope: 'root', group, surroundings });
}

/** Asks a head rule about a span that starts. */
export function explainHeadRule(rule: HeadRule, start: HeadStart, resource: Readonly<Attributes>): RuleAnswer {
  const facts = headFacts(resource);
  const answer = whyNot(rule.match, facts, start);
  if (answer.failed !== undefined) return answer;
  const isExempt = rule.unless !== undefined && whyNot(rule.unless, facts, start).failed === undefined;
  return isExempt ? answer : MATCHES;
}

/** Conditions of a rule that does not match: where all hold, `unless` does. */
function whyNot<Subject>(match: Match<never>, facts: FactReader<Subject>, subject: Subject): RuleAnswer {
  const conditions: readonly Condition[] = Array.isArray(match) ? match : [];
  const failed = conditions.find((condition) => !compileConditions([condition], facts)(subject));
  return { matches: false, failed, isExempt: failed === undefined };
}
