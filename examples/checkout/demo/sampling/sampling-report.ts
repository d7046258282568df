import type { Policy } from '@clew/sampling/policy';
import { serviceName, traceLine, waterfall } from '@clew/viewer';

import { terminal } from '../terminal.ts';
import type { Account } from './accounts.ts';
import { estimate, type KeptTrace } from './kept-traces.ts';
import { type Kind, KINDS, TOTAL } from './load.ts';
import { percent, textTable, whole } from './text-table.ts';

/** Traces of the load that were kept, and the fate of the spans of each process. */
export interface SamplingOutcome {
  readonly kept: readonly KeptTrace[];
  readonly accounts: readonly Account[];
}

/** Tells whether that holds which chance does not change: every failure is kept, no probe is, and every account adds up. */
export function isAsItMustBe({ kept, accounts }: SamplingOutcome): boolean {
  const isExact = (kind: Kind, share: number) => keptOf(kind, kept).length === kind.count * share;
  const areKept = KINDS.every((kind) => kind.rule !== 'errors' || isExact(kind, 1));
  const areGone = KINDS.every((kind) => kind.rule !== 'probes' || isExact(kind, 0));
  return areKept && areGone && accounts.every(({ addsUp }) => addsUp);
}

/** The report as text. */
export function samplingReport(policy: Policy, { kept, accounts }: SamplingOutcome): string {
  return [
    ...keptByRule(policy, kept),
    ...keptByRoute(kept),
    ...dropped(policy, kept),
    ...oneError(kept),
    ...accountsOf(policy, accounts),
    NEXT,
  ].join('\n');
}

const keptOf = ({ name }: Kind, kept: readonly KeptTrace[]) => kept.filter(({ kind }) => kind === name);

function keptByRule(policy: Policy, kept: readonly KeptTrace[]): string[] {
  const heading = ['rule', 'meant for', 'is to keep', 'made', 'kept', 'share', 'spans', 'estimate', 'kept by'];
  const rows = KINDS.map((kind) => {
    const ofKind = keptOf(kind, kept);
    return [
      kind.rule,
      kind.name,
      wishOf(policy, kind.rule),
      kind.count,
      ofKind.length,
      percent(ofKind.length / kind.count),
      spansOf(ofKind),
      estimateText(ofKind),
      rulesOf(ofKind),
    ];
  });
  const total = [
    'all',
    '',
    '',
    TOTAL,
    kept.length,
    percent(kept.length / TOTAL),
    spansOf(kept),
    estimateText(kept),
    '',
  ];
  return [
    'What was kept\n',
    textTable(heading, [...rows, total]),
    `
  Each kept trace says in its tracestate, as ot=th, which share of its like is kept, so whoever sees only the kept ones
  can tell how many were made: one that is kept at 5 % stands for 20. The estimate is made of that alone. It is exact
  where all is kept; elsewhere it is off by chance, in 95 of 100 runs by no more than stands behind ±.

  "slow" learns from the traffic what is usual for a route, and knows it after 10 seconds; until then, and in services
  without routes, "very slow" keeps what takes longer than a second.
`,
  ];
}

/** By the path that was asked for: whoever counts requests in a backend counts these. */
function keptByRoute(kept: readonly KeptTrace[]): string[] {
  const rows = [...new Set(KINDS.map(({ path }) => path))].map((path) => {
    const kinds = KINDS.filter((kind) => kind.path === path);
    const made = kinds.reduce((sum, { count }) => sum + count, 0);
    const ofPath = kinds.flatMap((kind) => keptOf(kind, kept));
    return [path, made, ofPath.length, percent(ofPath.length / made), estimateText(ofPath)];
  });
  return ['The same by route\n', textTable(['route', 'made', 'kept', 'share', 'estimate'], rows), ''];
}

function wishOf({ head, rules, base }: Policy, rule: string): string {
  const ratio = rule === 'base' ? base.ratio : [...head, ...rules].find(({ name }) => name === rule)?.ratio;
  if (ratio === undefined) return '';
  return ratio === 1 ? 'all' : ratio === 0 ? 'none' : percent(ratio);
}

const spansOf = (kept: readonly KeptTrace[]): number => kept.reduce((sum, { trace }) => sum + trace.spans.length, 0);

function estimateText(kept: readonly KeptTrace[]): string {
  if (kept.length === 0) return '–';
  const { value, margin } = estimate(kept);
  return margin === 0 ? whole(value) : `${whole(value)} ± ${whole(margin)}`;
}

function rulesOf(kept: readonly KeptTrace[]): string {
  const counts = new Map<string, number>();
  for (const { rule } of kept) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const byCount = [...counts].toSorted(([, one], [, other]) => other - one);
  return byCount.map(([rule, count]) => `${rule} ${count}`).join(', ') || '–';
}

function dropped({ head }: Policy, kept: readonly KeptTrace[]): string[] {
  const isAtHead = ({ rule }: Kind) => head.some(({ name, ratio }) => name === rule && ratio === 0);
  const droppedOf = (kinds: readonly Kind[]) =>
    kinds.reduce((sum, kind) => sum + kind.count - keptOf(kind, kept).length, 0);
  const atHead = droppedOf(KINDS.filter(isAtHead));
  const atEnd = droppedOf(KINDS.filter((kind) => !isAtHead(kind)));
  const partial = kept.filter(({ isWhole }) => !isWhole).length;
  return [
    'What was dropped\n',
    `  ${whole(atHead)} traces as they began: no span of them was recorded.`,
    `  ${whole(atEnd)} traces at their end, when it was known that they had neither failed nor been slow.\n`,
    `  Of the kept traces ${whole(kept.length - partial)} are whole, since they were kept as they began. ${whole(partial)} were kept at their end, where each`,
    '  process decides about its own part: they may lack those of services that had no reason to keep theirs, such as one',
    '  that had answered before the failure. sampling.partial on the first span of a trace tells.\n',
  ];
}

const SERVICES = ['gateway', 'orders', 'tax', 'payments'];

function oneError(kept: readonly KeptTrace[]): string[] {
  const errors = kept.filter(({ rule }) => rule === 'errors');
  const hasAll = ({ isWhole, trace: { spans } }: KeptTrace) =>
    isWhole && SERVICES.every((service) => spans.some(({ resource }) => serviceName(resource) === service));
  const shown = errors.find(hasAll) ?? errors[0];
  if (shown === undefined) return [];
  const look = terminal();
  return [
    `One of the ${errors.length} failures, whole\n`,
    traceLine(shown.trace, look),
    waterfall(shown.trace, look),
    '',
  ];
}

function accountsOf({ budget }: Policy, accounts: readonly Account[]): string[] {
  const most = accounts.toSorted((one, other) => other.mostPerSecond - one.mostPerSecond)[0];
  const rows = accounts.map(({ service, recorded, sent, dropped: lost, sampledOut, received, addsUp }) => [
    service,
    recorded,
    sent,
    lost,
    sampledOut,
    received,
    addsUp ? 'adds up' : 'DOES NOT ADD UP',
  ]);
  return [
    'What became of the spans of each process\n',
    textTable(['process', 'recorded', '= sent', '+ dropped', '+ sampled out', 'received', ''], rows),
    `
  Sampled out is what the policy did not keep; dropped would be what was lost. Received is what the viewer has got.
`,
    ...(budget === undefined || most === undefined
      ? []
      : [
          `  ${most.service} exported at most ${whole(most.mostPerSecond)} spans/s, in the mean of 10 seconds, of a budget of ${whole(budget.spansPerSecond)}. What is more waits for its turn:`,
          '  failures and slow traces before the rest.\n',
        ]),
  ];
}

const NEXT = `Try next
  Change a ratio in examples/checkout/sampling.yaml, and run this once more.
  Take the policy for a program of yours:
    CLEW_SAMPLING_FILE=sampling.yaml node --import @clew/sdk/register app.js
  packages/sampling/README.md has all that a policy can say.`;
