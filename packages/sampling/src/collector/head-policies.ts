import type { Condition, HeadRule, Match, Policy } from '../policy/policy.ts';
import type { DropPolicy, KeepPolicy, SubPolicy } from './collector-config.ts';
import type { TakeNote } from './collector-note.ts';
import { allOf, notAll, ottlCondition, TRACE_ROOT } from './ottl-condition.ts';
import { keepPolicy, notTest, spanTest } from './rule-policies.ts';

/** Policies for `head` and `base`, which in the process decide as a trace begins. */
export interface HeadPolicies {
  readonly ofRules: readonly (KeepPolicy | DropPolicy)[];
  /** Policies for `base`, by a name for them. */
  readonly ofBase: (name: string) => readonly KeepPolicy[];
}

/**
 * Policies of the Collector for the head rules and `base`. In the process the first rule that matches decides; in the
 * Collector all do. So a rule says that none before it matches, where that would make a difference.
 */
export function headPolicies(
  { head, base }: Pick<Policy, 'head' | 'base'>,
  nameFor: (name: string) => string,
  noteFor: (index: number) => TakeNote,
): HeadPolicies {
  const known: KnownRule[] = [];
  const ofRules: (KeepPolicy | DropPolicy)[] = [];
  for (const [index, rule] of head.entries()) {
    const condition = conditionOf(rule, base.ratio, noteFor(index));
    if (condition === undefined) continue;
    const { name, ratio } = rule;
    const before = known.filter((earlier) => earlier.ratio > 0 && (ratio === 0 || earlier.ratio < ratio));
    const test = spanTest(
      'root',
      allOf([TRACE_ROOT, condition, ...before.map((earlier) => notAll([earlier.condition]))]),
    );
    if (ratio === 0) ofRules.push({ name: nameFor(name), type: 'drop', drop: { drop_sub_policy: [test] } });
    else ofRules.push(keepPolicy(nameFor(name), [test], ratio));
    known.push({ ratio, condition });
  }
  const ofBase = (name: string) => (base.ratio === 0 ? [] : [keepPolicy(name, notBy(known, base.ratio), base.ratio)]);
  return { ofRules, ofBase };
}

interface KnownRule {
  readonly ratio: number;
  readonly condition: string;
}

/** What rules with smaller shares match is not for `base`. */
function notBy(known: readonly KnownRule[], ratio: number): SubPolicy[] {
  return known
    .filter((rule) => rule.ratio > 0 && rule.ratio < ratio)
    .map(({ condition }, i) => notTest(`head ${i + 1}`, spanTest('root', allOf([TRACE_ROOT, condition]))));
}

/** The condition of a rule, `unless` included; `undefined` where there is no counterpart. */
function conditionOf({ match, unless, ratio }: HeadRule, baseRatio: number, note: TakeNote): string | undefined {
  const matches = textsOf(match);
  if (typeof matches === 'string') {
    note('.match', matches, 'the rule is left out');
    return undefined;
  }
  const exempts = unless === undefined ? [] : textsOf(unless);
  if (typeof exempts === 'string') {
    const keepsMore = ratio >= baseRatio && ratio > 0;
    note('.unless', exempts, keepsMore ? 'the rule is written without unless, and keeps more' : 'the rule is left out');
    if (!keepsMore) return undefined;
  }
  note('', 'is asked as a trace begins', ratio === 0 ? LATE_DROP : LATE);
  return allOf([...matches, ...(Array.isArray(exempts) && exempts.length > 0 ? [notAll(exempts)] : [])]);
}

const LATE = 'written as a policy at the end, about the first span of the trace with all its attributes';
const LATE_DROP = `${LATE}; what it drops was sent to the Collector`;

function textsOf(match: Match<never>): string[] | string {
  if (typeof match === 'function') return 'is a function';
  if (match.some((condition: Condition) => condition.on === 'parent' && condition.is === 'remote'))
    return 'asks for a remote parent, and the first span of a trace has none';
  return match.map((condition) => ottlCondition(condition, undefined) ?? '').filter((text) => text !== '');
}
