import { apart } from '../policy/judge-by-rules.ts';
import type { Condition, Match, TailRule } from '../policy/policy.ts';
import type { DropPolicy, KeepPolicy, PlainPolicy, SubPolicy } from './collector-config.ts';
import type { TakeNote } from './collector-note.ts';
import { allOf, LOCAL_ROOT, notAll, ottlCondition } from './ottl-condition.ts';

/** Name of the hash that all ratios share: of several that match, the greatest decides. */
const HASH_SALT = 'clew';

/** Knowledge that rules are translated with. */
export interface RuleTranslation {
  /** The duration that stands for quantiles. */
  readonly slowFromMillis: number | undefined;
  readonly hasBudget: boolean;
  /** A name that no other policy has. */
  readonly nameFor: (name: string) => string;
}

/** Policies of the Collector for a tail rule; more than one where `unless` speaks about the root and about other spans. */
export function tailRulePolicies(
  rule: TailRule,
  { slowFromMillis, hasBudget, nameFor }: RuleTranslation,
  note: TakeNote,
): readonly (KeepPolicy | DropPolicy)[] {
  const { name, ratio, drop } = rule;
  if (ratio === 0 && !drop) {
    note('.ratio', 'is 0 without drop, and changes nothing', LEFT_OUT);
    return [];
  }
  const match = conditionsOf(rule.match, slowFromMillis);
  if (typeof match === 'string') {
    note('.match', match, 'the rule is left out');
    return [];
  }
  const unless = rule.unless === undefined ? undefined : conditionsOf(rule.unless, slowFromMillis);
  if (typeof unless === 'string') {
    note('.unless', unless, drop ? 'the rule is left out' : 'the rule is written without unless, and keeps more');
    if (drop) return [];
  }
  noteDifferences(rule, hasBudget, note);
  if (slowFromMillis !== undefined) noteSlower(rule, note);
  return groupTests(match, typeof unless === 'string' ? undefined : unless).map((tests) =>
    drop
      ? { name: nameFor(name), type: 'drop', drop: { drop_sub_policy: tests } }
      : keepPolicy(nameFor(name), tests, ratio),
  );
}

/** Keeps the share `ratio` of what passes all tests; of everything without tests. */
export function keepPolicy(name: string, tests: readonly SubPolicy[], ratio: number): KeepPolicy {
  const parts = ratio < 1 ? [...tests, probabilistic('ratio', ratio)] : tests;
  const [first, ...others] = parts;
  if (first === undefined) return { name, type: 'always_sample' };
  if (others.length === 0 && first.type !== 'not') return { ...first, name };
  return { name, type: 'and', and: { and_sub_policy: parts } };
}

function probabilistic(name: string, ratio: number): PlainPolicy {
  const percentage = Number((ratio * 100).toPrecision(12));
  return { name, type: 'probabilistic', probabilistic: { hash_salt: HASH_SALT, sampling_percentage: percentage } };
}

/** A test of any span. */
export function spanTest(name: string, condition: string): PlainPolicy {
  return { name, type: 'ottl_condition', ottl_condition: { error_mode: 'silent', span: [condition] } };
}

/** Passes what the test does not pass. */
export function notTest(name: string, test: PlainPolicy): SubPolicy {
  return { name, type: 'not', not: { not_sub_policy: test } };
}

/** Conditions of a rule: those that one root must fulfil, and those that any span may. */
interface GroupConditions {
  readonly ofRoot: readonly string[];
  readonly ofAnySpan: readonly PlainPolicy[];
}

/** @returns the reason as a text where there is no counterpart */
function conditionsOf(match: Match<never>, slowFromMillis: number | undefined): GroupConditions | string {
  if (typeof match === 'function') return 'is a function';
  const { ofRoot, ofAnySpan } = apart(match);
  const root = ottlConditions(ofRoot, slowFromMillis);
  if (root === undefined) return NO_QUANTILE;
  const tests: PlainPolicy[] = [];
  for (const [i, { allOf: conditions }] of ofAnySpan.entries()) {
    const name = `any_span${i === 0 ? '' : ` ${i + 1}`}`;
    const texts = ottlConditions(conditions, slowFromMillis);
    if (texts === undefined) return NO_QUANTILE;
    tests.push(statusTest(name, conditions) ?? spanTest(name, allOf(texts)));
  }
  return { ofRoot: root, ofAnySpan: tests };
}

const NO_QUANTILE = 'has slower_than, a quantile, which the Collector does not learn';
const ONE_DURATION = 'written as one duration for all values, or as floor where that is greater';
const LEFT_OUT = 'left out';

function ottlConditions(conditions: readonly Condition[], slowFromMillis: number | undefined): string[] | undefined {
  const texts = conditions.map((condition) => ottlCondition(condition, slowFromMillis));
  const known = texts.filter((text) => text !== undefined);
  return known.length === texts.length ? known : undefined;
}

/** The Collector has a policy for the status of any span. */
function statusTest(name: string, [only, ...others]: readonly Condition[]): PlainPolicy | undefined {
  if (only?.on !== 'status' || others.length > 0) return undefined;
  return { name, type: 'status_code', status_code: { status_codes: only.anyOf.map((status) => status.toUpperCase()) } };
}

/** The tests of a group, of which one list must pass: `unless` holds where its root and all its spans are there. */
function groupTests(match: GroupConditions, unless: GroupConditions | undefined): SubPolicy[][] {
  const anySpans = match.ofAnySpan;
  const plainRoot = rootTests(match.ofRoot, []);
  if (unless === undefined) return [[...plainRoot, ...anySpans]];
  const ways: SubPolicy[][] = [];
  if (unless.ofRoot.length > 0) ways.push([...rootTests(match.ofRoot, unless.ofRoot), ...anySpans]);
  for (const test of unless.ofAnySpan) ways.push([...plainRoot, ...anySpans, notTest('unless', test)]);
  return ways;
}

function rootTests(conditions: readonly string[], exempting: readonly string[]): PlainPolicy[] {
  if (conditions.length === 0 && exempting.length === 0) return [];
  const exemption = exempting.length === 0 ? [] : [notAll(exempting)];
  return [spanTest('root', allOf([LOCAL_ROOT, ...conditions, ...exemption]))];
}

function noteDifferences({ match, unless, drop, weight }: TailRule, hasBudget: boolean, note: TakeNote): void {
  for (const [key, conditions] of Object.entries({ match, unless })) {
    if (!Array.isArray(conditions)) continue;
    if (apart(conditions as readonly Condition[]).ofAnySpan.length === 0) continue;
    note(`.${key}.any_span`, 'is about the spans of one process', 'written as a test of the spans of all services');
  }
  if (weight !== 1)
    note(
      '.weight',
      'is importance within the budget',
      hasBudget ? 'written as a percentage in composite' : `${LEFT_OUT}: there is no budget`,
    );
  if (drop)
    note(
      '.drop',
      'drops a part of a trace, and never where others were told that it is kept',
      'written as drop, for whole traces',
    );
}

function noteSlower({ match, unless }: TailRule, note: TakeNote): void {
  for (const [key, conditions] of Object.entries({ match, unless }))
    if (Array.isArray(conditions) && hasSlower(conditions as readonly Condition[]))
      note(`.${key}.slower_than`, 'is a quantile, which the Collector does not learn', ONE_DURATION);
}

function hasSlower(conditions: readonly Condition[]): boolean {
  return conditions.some(({ on, ...rest }) => on === 'slowerThan' || ('allOf' in rest && hasSlower(rest.allOf)));
}
