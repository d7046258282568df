import { saysYes } from '../says-yes.ts';
import { compileConditions, type FactReader } from './compile-conditions.ts';
import { isLocalRoot, type JudgedSpan } from './judged-span.ts';
import type { Condition, Match, Policy, TailRule } from './policy.ts';
import { SPAN_FACTS, type RuleSurroundings, type SpanSubject } from './span-facts.ts';

/** Verdict of the tail rules about one group of spans. */
export interface RuleJudgement {
  /** The rule that decides: the first with `drop`, else the first of those with the greatest ratio. */
  readonly rule: TailRule;
  /** Share to keep of such groups, 0 to 1. */
  readonly ratio: number;
  /** Every rule that matches, in the order of the policy. */
  readonly matched: readonly TailRule[];
}

/**
 * Judges the ended spans that one process has of a trace by the tail rules. Conditions are about the local root, the span
 * whose parent is absent or remote; of several, one must fulfil all of them, and nothing of `unless`. Without a local root
 * only functions can match. Throws only what `onFailure` throws.
 *
 * @param policy of `readPolicy`; its rules are compiled once
 * @returns `undefined` when no rule matches: `base` decides
 */
export function judgeByRules(
  policy: Policy,
  group: readonly JudgedSpan[],
  surroundings: RuleSurroundings = {},
): RuleJudgement | undefined {
  const matched: TailRule[] = [];
  for (const each of compiled(policy)) if (matchesGroup(each, group, surroundings)) matched.push(each.rule);
  return judgementOf(matched);
}

/** Judgement by the rules that match, given in the order of the policy. */
export function judgementOf(matched: readonly TailRule[]): RuleJudgement | undefined {
  let decides: TailRule | undefined;
  for (const rule of matched) if (decides === undefined || wins(rule, decides)) decides = rule;
  return decides && { rule: decides, ratio: decides.ratio, matched };
}

/** One that came earlier stays where both are equal. */
function wins(rule: TailRule, before: TailRule): boolean {
  if (before.drop || rule.drop) return rule.drop && !before.drop;
  return rule.ratio > before.ratio;
}

/** A root, and the group that it is of. */
export interface Subject extends SpanSubject {
  readonly group: readonly JudgedSpan[];
}

type GroupTest = (group: readonly JudgedSpan[]) => boolean;

/** A tail rule that can be asked about groups of spans. */
export interface CompiledRule {
  readonly rule: TailRule;
  /** `match` and `unless` where they are functions: about the group, whichever its roots. */
  readonly wants: GroupTest | undefined;
  readonly exempts: GroupTest | undefined;
  /** Conditions of both, about a root. */
  readonly fits: (root: JudgedSpan | undefined, group: readonly JudgedSpan[], around: RuleSurroundings) => boolean;
}

const known = new WeakMap<Policy, readonly CompiledRule[]>(); // a second copy of this module compiles once more

function compiled(policy: Policy): readonly CompiledRule[] {
  let rules = known.get(policy);
  if (rules === undefined) {
    rules = policy.rules.map(compileRule);
    known.set(policy, rules);
  }
  return rules;
}

/** Compiles one rule for `matchesGroup`. */
export function compileRule(rule: TailRule): CompiledRule {
  const { match, unless } = rule;
  const holds = compileMatch(match);
  const isExempt = unless === undefined ? undefined : compileMatch(unless);
  return {
    rule,
    wants: typeof match === 'function' ? match : undefined,
    exempts: typeof unless === 'function' ? unless : undefined,
    fits: (span, group, surroundings) => {
      if (span === undefined) return holds === undefined;
      const subject: Subject = { span, scope: 'root', group, surroundings };
      return holds?.(subject) !== false && isExempt?.(subject) !== true;
    },
  };
}

/** Returns whether a rule matches a group. Each root and function that fails is told, and counts as one that does not match. */
export function matchesGroup(
  { rule, wants, exempts, fits }: CompiledRule,
  group: readonly JudgedSpan[],
  surroundings: RuleSurroundings,
): boolean {
  const asked = (test: () => boolean): boolean => {
    try {
      return test();
    } catch (error) {
      surroundings.onFailure?.(rule, error);
      return false;
    }
  };
  if (wants !== undefined && !asked(() => answerOf(wants, group))) return false;
  const roots = group.filter(isLocalRoot);
  const subjects = roots.length > 0 ? roots : [undefined];
  if (!subjects.some((root) => asked(() => fits(root, group, surroundings)))) return false;
  return exempts === undefined || asked(() => !answerOf(exempts, group));
}

let isAsking = false; // a second copy of this module has functions of its own

/** A function that makes traces is not asked about these: it would make more, without end. */
function answerOf(test: GroupTest, group: readonly JudgedSpan[]): boolean {
  if (isAsking) return false;
  isAsking = true;
  try {
    return saysYes(test(group));
  } finally {
    isAsking = false;
  }
}

function compileMatch(match: Match<readonly JudgedSpan[]>): ((subject: Subject) => boolean) | undefined {
  if (typeof match === 'function') return undefined;
  const { ofRoot, ofAnySpan } = apart(match);
  return compileConditions([...ofRoot, ...ofAnySpan], GROUP_FACTS);
}

type AnySpan = Extract<Condition, { readonly on: 'anySpan' }>;

/** Conditions about the root, which are asked first, and those about any span. */
export function apart(conditions: readonly Condition[]): {
  readonly ofRoot: readonly Condition[];
  readonly ofAnySpan: readonly AnySpan[];
} {
  return {
    ofRoot: conditions.filter(({ on }) => on !== 'anySpan'),
    ofAnySpan: conditions.filter((condition) => condition.on === 'anySpan'),
  };
}

/** Reads the facts of a root and its group. */
export const GROUP_FACTS: FactReader<Subject> = {
  ...SPAN_FACTS,
  hasSpan: (subject, passes) => {
    const each: { -readonly [Key in keyof Subject]: Subject[Key] } = { ...subject, scope: 'any_span' };
    for (const span of subject.group) {
      each.span = span; // one subject for all spans, of which there may be thousands
      if (passes(each)) return true;
    }
    return false;
  },
};
