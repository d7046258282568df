import type { Policy } from '@clew/sampling/policy';
import { probabilityOf, thresholdOf } from '@clew/trace-context';

import { millis } from './condition-report.ts';
import type { BudgetPlace, ExplainedPart, ExplainedRule, ExplainedTrace } from './explain-report.ts';
import type { TracePart } from './replayed-process.ts';
import { ceilingOf, isCutByBudget, randomnessOf } from './rule-numbers.ts';
import { cell, percent, plural, table } from './words-report.ts';

/** Why a trace is kept or dropped, for people. */
export function explanationLines({ traceId, parts }: ExplainedTrace, policy: Policy): string[] {
  return [traceId, ...parts.flatMap((part) => partLines(part, policy))];
}

function partLines({ part, head, rules, budget }: ExplainedPart, policy: Policy): string[] {
  const { spans, process } = part;
  const root = spans.find(({ isLocalRoot }) => isLocalRoot) ?? spans[0];
  const facts = [
    cell(process.service),
    ...(root === undefined ? [] : [cell(root.name), millis(root.durationMillis)]),
    plural(spans.length, 'span'),
  ];
  const rows = [...headRows(head, part, policy), ...ruleRows(rules, policy), ...budgetRows(budget)];
  return [`  ${facts.join('  ')}`, `    ${verdict(part, policy)}`, ...table(rows).map((line) => `  ${line}`)];
}

function verdict(part: TracePart, policy: Policy): string {
  const { spans, rule } = part;
  const kept = spans.filter(({ isKept }) => isKept);
  const name = cell(rule);
  const isPart = kept.length > 0 && kept.length < spans.length;
  const inPart = isPart ? `, ${kept.length} of ${plural(spans.length, 'span')}` : '';
  const [first] = kept;
  if (first !== undefined) {
    if (first.threshold === undefined) return `kept by ${name}${inPart}, without a threshold: a caller has decided`;
    return `kept by ${name}${inPart}: ${comparison(part, first.threshold)}`;
  }
  if (policy.rules.some((each) => each.drop && each.name === rule)) return `dropped by ${name}, which drops all`;
  if (isCutByBudget(part, policy)) {
    return `dropped by the budget: ${name} keeps ${percent(ceilingOf(part))} at most, and there was room for less`;
  }
  const ratio = ratioOf(rule, policy);
  if (ratio === undefined) return `dropped by ${name}: the caller does not keep it, and no rule does`;
  const threshold = thresholdOf(ratio);
  return threshold === undefined
    ? `dropped by ${name}, which keeps none`
    : `dropped by ${name}: ${comparison(part, threshold)}`;
}

/** The randomness of the trace beside a threshold, of as many digits. */
function comparison(part: TracePart, threshold: string): string {
  const randomness = randomnessOf(part);
  const sign = randomness >= threshold ? '>=' : '<';
  return `R ${randomness} ${sign} T ${threshold.padEnd(14, '0')}, which keeps ${percent(probabilityOf(threshold))}`;
}

function ratioOf(rule: string, { head, rules, base }: Policy): number | undefined {
  if (rule === 'base') return base.ratio;
  return [...head, ...rules].find(({ name }) => name === rule)?.ratio;
}

function headRows(head: readonly ExplainedRule[], { head: { rule, ratio } }: TracePart, policy: Policy): string[][] {
  const asked = head.map(({ name, matches, reason }) => row(name, matches, reason, policy));
  const last =
    ratio === undefined
      ? [['upstream', 'yes', 'the caller decides']]
      : rule === 'base'
        ? [['base', 'yes', `keeps ${percent(ratio)}`]]
        : [];
  return labelled('head', [...asked, ...last]);
}

function ruleRows(rules: readonly ExplainedRule[], policy: Policy): string[][] {
  if (rules.length === 0) return policy.rules.length === 0 ? [] : [['rules', '', '', 'not asked: no span is recorded']];
  return labelled(
    'rules',
    rules.map(({ name, matches, reason }) => row(name, matches, reason, policy)),
  );
}

const LANE_TEXTS = {
  errors: 'competes with errors',
  slow: 'competes with slow traces',
  rest: 'competes with the rest, neither failed nor slow',
};

function budgetRows(place: BudgetPlace | undefined): string[][] {
  if (place === undefined) return [];
  const { lane, ceiling } = place;
  return lane === 'owed'
    ? [['budget', lane, 'no', 'other processes go by the decision at the start']]
    : [['budget', lane, 'yes', `${LANE_TEXTS[lane]}; the share depends on the traffic, ${percent(ceiling)} at most`]];
}

function row(name: string, matches: boolean, reason: string, policy: Policy): string[] {
  const ratio = ratioOf(name, policy) ?? 0;
  const isDrop = policy.rules.some((rule) => rule.drop && rule.name === name);
  return [cell(name), matches ? 'yes' : 'no', matches ? (isDrop ? 'drops all' : `keeps ${percent(ratio)}`) : reason];
}

const labelled = (label: string, rows: readonly string[][]): string[][] =>
  rows.map((each, i) => [i === 0 ? label : '', ...each]);
