import { compileConditions, type FactReader } from './compile-conditions.ts';
import type { JudgedSpan } from './judged-span.ts';
import type { Match, Policy, TailRule } from './policy.ts';

/** Verdict of the tail rules about one group of spans. */
export interface RuleJudgement {
  /** The rule that decides: the first with `drop`, else the first of those with the greatest ratio. */
  readonly rule: TailRule;
  /** Share to keep of such groups, 0 to 1. */
  readonly ratio: number;
  /** Every rule that matches, in the order of the policy. */
  readonly matched: readonly TailRule[];
}

/** Knowledge that is not in the spans. */
export interface RuleSurroundings {
  /**
   * Returns the duration in milliseconds that a share `quantile` of the spans with this value of the attribute `per` does
   * not exceed, or `undefined` while too few are known: then `slower_than` does not match. Counts stay true as long as it
   * depends on the past only.
   */
  quantileOf?(quantile: number, per: string, value: unknown): number | undefined;
  /** Takes an error that a function of a rule, or a span, threw. The rule does not match. */
  onFailure?(rule: TailRule, error: unknown): void;
}

/**
 * Judges the ended spans of one local root by the tail rules. Conditions are about the root, the span whose parent is
 * absent or remote; without one, only functions can match. Throws only what `onFailure` throws.
 *
 * @param policy of `readPolicy`; its rules are compiled once
 * @returns `undefined` when no rule matches: `base` decides
 */
export function judgeByRules(
  policy: Policy,
  group: readonly JudgedSpan[],
  surroundings: RuleSurroundings = {},
): RuleJudgement | undefined {
  let matched: TailRule[] | undefined;
  let decides: TailRule | undefined;
  const subject = { span: group.find(isLocalRoot), group, surroundings };
  for (const { rule, matches } of compiled(policy)) {
    if (!asked(rule, matches, subject)) continue;
    (matched ??= []).push(rule);
    if (decides === undefined || wins(rule, decides)) decides = rule;
  }
  return matched && decides && { rule: decides, ratio: decides.ratio, matched };
}

/** One that came earlier stays where both are equal. */
function wins(rule: TailRule, before: TailRule): boolean {
  if (before.drop || rule.drop) return rule.drop && !before.drop;
  return rule.ratio > before.ratio;
}

const isLocalRoot = ({ parentSpanId, isParentRemote }: JudgedSpan): boolean =>
  parentSpanId === undefined || isParentRemote;

interface Subject {
  readonly span: JudgedSpan | undefined;
  readonly group: readonly JudgedSpan[];
  readonly surroundings: RuleSurroundings;
}

interface SubjectWithSpan extends Subject {
  readonly span: JudgedSpan;
}

function asked(rule: TailRule, matches: (subject: Subject) => boolean, subject: Subject): boolean {
  try {
    return matches(subject);
  } catch (error) {
    subject.surroundings.onFailure?.(rule, error);
    return false;
  }
}

interface CompiledRule {
  readonly rule: TailRule;
  readonly matches: (subject: Subject) => boolean;
}

const known = new WeakMap<Policy, readonly CompiledRule[]>(); // a second copy of this module compiles once more

function compiled(policy: Policy): readonly CompiledRule[] {
  let rules = known.get(policy);
  if (rules === undefined) {
    rules = policy.rules.map((rule) => ({ rule, matches: compileRule(rule) }));
    known.set(policy, rules);
  }
  return rules;
}

function compileRule({ match, unless }: TailRule): (subject: Subject) => boolean {
  const matches = compileMatch(match);
  if (unless === undefined) return matches;
  const exempts = compileMatch(unless);
  return (subject) => matches(subject) && !exempts(subject);
}

function compileMatch(match: Match<readonly JudgedSpan[]>): (subject: Subject) => boolean {
  if (typeof match === 'function') return ({ group }) => (match(group) as unknown) === true;
  const holds = compileConditions(match, FACTS);
  return (subject) => subject.span !== undefined && holds(subject as SubjectWithSpan);
}

const FACTS: FactReader<SubjectWithSpan> = {
  name: ({ span }) => span.name,
  kind: ({ span }) => span.kind,
  attribute: ({ span }, key) => span.attribute(key),
  resource: ({ span }, key) => {
    const { attributes } = span.resource;
    return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
  },
  status: ({ span }) => span.status.code,
  duration: ({ span }) => span.durationMillis,
  slowFrom: ({ span, surroundings }, quantile, per) => surroundings.quantileOf?.(quantile, per, span.attribute(per)),
  hasSpan: (subject, passes) => {
    const each = { ...subject }; // one for all spans, of which there may be thousands
    for (const span of subject.group) {
      each.span = span;
      if (passes(each)) return true;
    }
    return false;
  },
};
