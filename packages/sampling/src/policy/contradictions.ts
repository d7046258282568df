import type { Condition, Policy } from './policy.ts';
import { isEmpty } from './quantity.ts';
import type { Path } from './shape.ts';

type Note = (path: Path, problem: string, remedy: string) => void;

interface Rule {
  readonly path: Path;
  readonly name: string;
  readonly match: Policy['rules'][number]['match'] | Policy['head'][number]['match'];
  readonly unless: Rule['match'] | undefined;
}

/** Notes what is well formed and cannot be meant: rules that never match or never decide, and names that stand twice. */
export function noteContradictions(policy: Policy, note: Note): void {
  const head = policy.head.map((rule, index): Rule => ({ ...rule, path: ['head', index] }));
  const tail = policy.rules.map((rule, index): Rule => ({ ...rule, path: ['rules', index] }));
  noteRepeatedNames([...head, ...tail], note);
  for (const rule of [...head, ...tail]) noteNeverMatching(rule, note);
  noteRepeatedConditions(head, 'is never asked: an earlier rule has the same conditions', note);
  noteRepeatedConditions(tail, 'contradicts an earlier rule with the same conditions', note);
  if (policy.upstream === 'respect') for (const rule of head) noteUnreached(rule, note);
}

function noteRepeatedNames(rules: readonly Rule[], note: Note): void {
  const names = new Set<string>();
  for (const { name, path } of rules) {
    if (names.has(name)) note([...path, 'name'], 'is the name of another rule', 'give each rule a name of its own');
    names.add(name);
  }
}

function noteNeverMatching(rule: Rule, note: Note): void {
  for (const key of ['match', 'unless'] as const) {
    const conditions = rule[key];
    const why = Array.isArray(conditions) ? whyNever(conditions) : undefined;
    if (why !== undefined) note([...rule.path, key], `never matches: ${why}`, 'remove one of the conditions');
  }
  const { match, unless, path } = rule;
  if (!Array.isArray(match) || !Array.isArray(unless)) return;
  const texts = new Set(textsOf(match));
  const isAlwaysExempt = textsOf(unless).every((text) => texts.has(text));
  if (isAlwaysExempt) note([...path, 'unless'], 'exempts all that the rule matches', 'change or remove it');
}

/** Conditions in one order, whatever theirs is in the policy. */
const textsOf = (conditions: readonly Condition[]): string[] =>
  conditions.map((condition) => JSON.stringify(condition)).toSorted();

/** Says which conditions exclude each other. */
function whyNever(conditions: readonly Condition[]): string | undefined {
  let statuses: ReadonlySet<unknown> | undefined;
  for (const condition of conditions) {
    if (condition.on === 'status') {
      const before = statuses;
      statuses = new Set(condition.anyOf.filter((each) => before?.has(each) !== false));
    }
    if (condition.on === 'anySpan') {
      const never = whyNever(condition.allOf);
      if (never !== undefined) return never;
    }
    const ranges = condition.on === 'duration' ? [condition.range] : 'key' in condition ? condition.anyOf : [];
    if (ranges.some((each) => typeof each === 'object' && isEmpty(each))) return 'nothing is within both comparisons';
  }
  return statuses?.size === 0 ? 'error and status exclude each other' : undefined;
}

function noteRepeatedConditions(rules: readonly Rule[], problem: string, note: Note): void {
  const seen = new Set<string>();
  for (const { match, unless, path } of rules) {
    if (typeof match === 'function' || typeof unless === 'function') continue;
    const text = JSON.stringify([textsOf(match), unless && textsOf(unless)]);
    if (seen.has(text)) note(path, problem, 'remove one of the two');
    seen.add(text);
  }
}

/** With a remote parent that is respected, no head rule is asked. */
function noteUnreached({ match, path }: Rule, note: Note): void {
  if (typeof match === 'function') return;
  const isUnreached = match.some((condition) => condition.on === 'parent' && condition.is === 'remote');
  if (!isUnreached) return;
  note(
    [...path, 'match', 'parent'],
    'is never remote where upstream is respect',
    'write another upstream mode, or remove it',
  );
}
