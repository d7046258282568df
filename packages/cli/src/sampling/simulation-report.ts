import { displayWidth } from '@clew/viewer';

import { millis } from './condition-report.ts';
import type { Estimate } from './estimate.ts';
import type { BudgetUse } from './export-rate.ts';
import type { Kept, Lost, Simulation } from './simulate.ts';
import { chartLines } from './chart-report.ts';
import { dateOf, timeOf } from './utc-time.ts';
import { cell, grouped, percent, plural, rate, table } from './words-report.ts';

export interface SimulationReportOptions {
  /** The number of routes to print. */
  readonly top: number;
  readonly columns: number;
}

/** All numbers of a simulation, for people. */
export function simulationLines(simulation: Simulation, { top, columns }: SimulationReportOptions): string[] {
  return [
    ...heading(simulation),
    '',
    ...whole(simulation),
    '',
    ...rules(simulation, columns),
    '',
    ...routes(simulation, top, columns),
    '',
    ...chartLines(simulation, columns),
    ...remarks(simulation),
  ];
}

function heading({ from, to, pausedMillis, traces, spans, services, processes }: Simulation): string[] {
  const parts = [
    `${plural(traces.total, 'trace')}, ${plural(spans.total, 'span')}`,
    plural(services, 'service'),
    ...(processes === services ? [] : [`${grouped(processes)} processes`]),
    `${millis(to - from)} from ${dateOf(from)} ${timeOf(from)} UTC`,
    ...(pausedMillis > 0 ? [`${millis(pausedMillis)} of it pauses`] : []),
  ];
  return [parts.join(', ')];
}

function whole({
  traces,
  spans,
  exported,
  budget,
  errors,
  slow,
  slowest,
  localRoots,
  processes,
}: Simulation): string[] {
  const inPart = traces.kept - traces.keptWhole;
  return table([
    ['traces kept', shareOf(traces) + (inPart === 0 ? '' : `, ${grouped(inPart)} of them in part`)],
    ['spans kept', shareOf(spans)],
    ['exported', `${rate(exported.mean)} spans/s`],
    ['worst second', `${plural(exported.worst, 'span')}, ${timeOf(exported.worstAt)}`],
    ['worst 10 s', `${rate(exported.worstOfTen)} spans/s, ${timeOf(exported.worstOfTenAt)}`],
    ...(budget === undefined ? [] : [budgetRow(budget, processes)]),
    ['error traces', lostText(errors)],
    [`slow traces (from ${millis(slow.fromMillis)})`, lostText(slow)],
    ...(slowest.total === 0 ? [] : [['slowest 1 % of each route', lostText(slowest)]]),
    ['local roots', grouped(localRoots.recorded)],
    ['estimated from what is kept', estimateText(localRoots)],
  ]);
}

/** Where there are several processes, it names the one that came closest. */
function budgetRow({ spansPerSecond, worst, worstService, secondsOver }: BudgetUse, processes: number): string[] {
  const verdict = secondsOver === 0 ? 'never exceeded' : `exceeded in ${plural(secondsOver, 'second')}`;
  const closest = processes === 1 ? '' : `; most: ${grouped(worst)}, ${cell(worstService)}`;
  return [
    `budget${processes === 1 ? '' : ' of each process'}`,
    `${rate(spansPerSecond)} spans/s, ${verdict}${closest}`,
  ];
}

const shareOf = ({ total, kept }: Kept): string =>
  total === 0 ? 'none recorded' : `${grouped(kept)} of ${grouped(total)} (${percent(kept / total)})`;

function lostText({ total, lost }: Lost): string {
  if (total === 0) return 'none recorded';
  return lost === 0 ? `none of ${grouped(total)} lost` : `${grouped(lost)} of ${grouped(total)} lost`;
}

/** Kept ones that an interval needs to say anything. */
const ENOUGH_KEPT = 10;

function estimateText({ recorded, kept, estimate }: Simulation['localRoots']): string {
  if (kept < ENOUGH_KEPT) return `- (fewer than ${ENOUGH_KEPT} are kept)`;
  const [count = '', interval = ''] = estimateCells(recorded, kept, estimate);
  return `${count} (${interval.includes(' to ') ? `95 % interval: ${interval}` : interval})`;
}

/** The estimate, and its interval. Kept ones that stand for themselves say nothing about those that have no chance. */
function estimateCells(recorded: number, kept: number, { count, low, high, unknown }: Estimate): string[] {
  if (kept < ENOUGH_KEPT) return ['-', ''];
  const more = unknown === 0 ? '' : `, and ${grouped(unknown)} without a threshold`;
  const interval =
    low < high ? `${grouped(low)} to ${grouped(high)}` : count === recorded ? 'exact' : 'each for itself';
  return [grouped(count), interval + more];
}

/** Thresholds are left out where there is no room for them: the probabilities say the same. */
function rules({ rules: all, budget }: Simulation, columns: number): string[] {
  const ofBudget = (text: string) => (budget === undefined ? [] : [text]);
  const tableOf = (hasThresholds: boolean) => {
    const rows = all.map(({ rule, traces, spans, thresholds, probabilities }) => [
      cell(rule),
      grouped(traces.total),
      grouped(traces.kept),
      ...ofBudget(grouped(traces.cutByBudget)),
      traces.total === 0 ? '-' : percent(traces.kept / traces.total),
      grouped(spans.kept),
      ...(hasThresholds ? [thresholds === undefined ? '-' : range(thresholds.lowest, thresholds.highest)] : []),
      probabilities === undefined ? '-' : range(percent(probabilities.most), percent(probabilities.least)),
    ]);
    const names = ['rule', 'traces', 'kept', ...ofBudget('cut by budget'), 'share', 'spans'];
    const heading = [...names, ...(hasThresholds ? ['th'] : []), 'probability'];
    return table([heading, ...rows], budget === undefined ? [1, 2, 3, 4] : [1, 2, 3, 4, 5], columns);
  };
  const lines = tableOf(true);
  return lines.some((line) => displayWidth(line) > columns) ? tableOf(false) : lines;
}

const range = (from: string, to: string): string => (from === to ? from : `${from}..${to}`);

function routes({ routes: all }: Simulation, top: number, columns: number): string[] {
  const rows = all
    .slice(0, top)
    .map(({ route, localRoots: { total, kept }, spans, estimate }) => [
      cell(route),
      grouped(total),
      grouped(kept),
      percent(kept / total),
      grouped(spans.kept),
      ...estimateCells(total, kept, estimate),
    ]);
  const rest = all.length - rows.length;
  const names = ['route', 'roots', 'kept', 'share', 'spans', 'estimate', '95 % interval of roots'];
  return [
    ...table([names, ...rows], [1, 2, 3, 4, 5], columns),
    ...(rest > 0 ? [`  and ${plural(rest, 'more route')} (--top ${all.length} shows all)`] : []),
  ];
}

function remarks({ limits, unknownCallers }: Simulation): string[] {
  const { age, spans, room, owed, leftOutSpans } = limits;
  const lines = [
    ...(unknownCallers > 0
      ? [
          `${plural(unknownCallers, 'local root')} with a caller that is not in the file; decided as the caller was recorded`,
        ]
      : []),
    ...(age > 0 ? [`limits.trace_age: decided ${grouped(age)} times about a trace that had not ended`] : []),
    ...(owed > 0 ? ['budget: parts of traces that callers keep left beyond it'] : []),
    ...(room > 0
      ? [`limits.buffered_spans: decided ${grouped(room)} times as at the start, since there was no room`]
      : []),
    ...(spans > 0
      ? [
          `limits.spans_per_trace: ${plural(spans, 'span')} not held, ${grouped(leftOutSpans)} of them in traces that are kept`,
        ]
      : []),
  ];
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `  ${line}`)];
}
