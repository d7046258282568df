import type { Policy, PolicyProblem } from '@clew/sampling/policy';
import { printable } from '@clew/viewer';

import { cell, percent, plural, table } from './words-report.ts';

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
  return [`${printable(file)} is good: ${counts}, base ${keeps(base.ratio)}`, ...table(rows), ...withoutEffect(policy)];
}

const keeps = (ratio: number): string => (ratio === 0 ? 'keeps none' : `keeps ${percent(ratio)}`);

/** Names the keys that the reader accepts and nothing acts on. */
function withoutEffect({ budget, rules, base }: Policy): string[] {
  const weighed = rules.filter(({ weight }) => weight !== 1).map(({ name }) => cell(name));
  const parts = [
    ...(budget === undefined ? [] : ['budget']),
    ...(weighed.length === 0 ? [] : [`weight of ${weighed.join(', ')}`]),
    ...(base.balance === undefined ? [] : ['base.balance']),
  ];
  return parts.length === 0 ? [] : [`  checked, but without effect yet: ${parts.join('; ')}`];
}
