import { leastShareOfRest, windowBursts } from '@clew/sampling/internal';
import type { Policy, PolicyProblem } from '@clew/sampling/policy';
import { printable } from '@clew/viewer';

import { cell, percent, plural, rate, table } from './words-report.ts';

/** As many problems as `readPolicy` returns at most. */
const MAX_PROBLEMS = 20;

/** The problems of a policy, a line each, as compilers and editors write and read them. */
export function problemLines(file: string, problems: readonly PolicyProblem[]): string[] {
  const inOrder = problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const lines = inOrder.map(({ line, column, path, problem, remedy }) => {
    const place = line === undefined ? file : `${file}:${line}:${column}`;
    return printable(`${place}: ${path === '' ? 'the policy' : path} ${problem}; ${remedy}`);
  });
  const isCut = problems.length === MAX_PROBLEMS;
  return [...lines, isCut ? `${MAX_PROBLEMS} problems, and there may be more` : plural(problems.length, 'problem')];
}

/** One line that the policy is good, and what it keeps. */
export function policyLines(file: string, policy: Policy): string[] {
  const { head, rules, base } = policy;
  const rows = [
    ...head.map(({ name, ratio }, i) => [i === 0 ? 'head' : '', cell(name), keeps(ratio)]),
    ...rules.map(({ name, ratio, drop }, i) => [i === 0 ? 'rules' : '', cell(name), drop ? 'drops all' : keeps(ratio)]),
    ['base', '', `${keeps(base.ratio)} of the rest`],
  ];
  const counts = `${plural(head.length, 'head rule')}, ${plural(rules.length, 'tail rule')}`;
  return [
    `${printable(file)} is good: ${counts}, base ${keeps(base.ratio)}`,
    ...table([...rows, ...budgetRows(policy)]),
    ...remarks(policy),
  ];
}

const keeps = (ratio: number): string => (ratio === 0 ? 'keeps none' : `keeps ${percent(ratio)}`);

function budgetRows({ budget }: Policy): string[][] {
  if (budget === undefined) return [];
  const { spansPerSecond, keepShare, burst, counts } = budget;
  const ofRest = percent(leastShareOfRest(budget));
  const { min, max } = windowBursts(counts);
  const window = [...new Set([min, max])].map((bursts) => (bursts * burst) / 1000).join(' to ');
  return [
    [
      'budget',
      '',
      `${rate(spansPerSecond)} spans/s of each process: up to ${percent(keepShare)} for errors and slow traces,`,
    ],
    ['', '', `at least ${ofRest} for the rest, decided every ${window} s`],
  ];
}

/** Notes on what is well formed, and need not be what is meant. */
function remarks({ budget, rules, base }: Policy): string[] {
  const weighed = rules.filter(({ weight }) => weight !== 1).map(({ name }) => cell(name));
  const unused = [
    ...(weighed.length === 0 ? [] : [`weight of ${weighed.join(', ')}`]),
    ...(base.balance === undefined ? [] : ['base.balance']),
  ];
  if (budget === undefined)
    return unused.length === 0 ? [] : [`  without effect, as there is no budget: ${unused.join('; ')}`];
  return [
    ...(rules.length === 0 && base.ratio < 1
      ? [`there are no rules: errors and slow traces are seen only among what is kept as it begins`]
      : []),
    ...(base.ratio === 0
      ? ['base.ratio is 0: what no rule matches is neither kept nor counted, even where the budget has room']
      : []),
    ...(budget.keepShare === 1
      ? [
          'budget.keep_share is 1: while errors and slow traces use it up, little of the rest is kept, and its counts are rough',
        ]
      : []),
  ].map((line) => `  note: ${line}`);
}
