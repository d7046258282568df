import { formatDuration } from '@clew/viewer';

import type { Estimate } from './estimate.ts';
import type { Kept, Lost, SecondNumbers, Simulation } from './simulate.ts';
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
    ...rules(simulation),
    '',
    ...routes(simulation, top),
    '',
    ...chart(simulation, columns),
    ...remarks(simulation),
  ];
}

function heading({ from, to, traces, spans, services, processes }: Simulation): string[] {
  const parts = [
    `${plural(traces.total, 'trace')}, ${plural(spans.total, 'span')}`,
    plural(services, 'service'),
    ...(processes === services ? [] : [`${grouped(processes)} processes`]),
    `${formatDuration(BigInt(Math.round((to - from) * 1e6)))} from ${dateOf(from)} ${timeOf(from)} UTC`,
  ];
  return [parts.join(', ')];
}

function whole({ traces, spans, exported, errors, slow, localRoots }: Simulation): string[] {
  const { recorded, estimate } = localRoots;
  const inPart = traces.kept - traces.keptWhole;
  const rows = [
    ['traces kept', shareOf(traces), inPart === 0 ? '' : `${grouped(inPart)} of them in part`],
    ['spans kept', shareOf(spans), ''],
    [
      'exported',
      `${rate(exported.mean)} spans/s`,
      `worst second ${plural(exported.worst, 'span')}, ${timeOf(exported.worstAt)}`,
    ],
    ['error traces', lostText(errors), ''],
    [`slow traces (from ${formatDuration(BigInt(Math.round(slow.fromMillis * 1e6)))})`, lostText(slow), ''],
    ['local roots', grouped(recorded), `estimated from what is kept: ${estimateText(estimate)}`],
  ];
  return table(rows);
}

const shareOf = ({ total, kept }: Kept): string =>
  total === 0 ? 'none recorded' : `${grouped(kept)} of ${grouped(total)} (${percent(kept / total)})`;

function lostText({ total, lost }: Lost): string {
  if (total === 0) return 'none recorded';
  return lost === 0 ? `none of ${grouped(total)} lost` : `${grouped(lost)} of ${grouped(total)} lost`;
}

function estimateText({ count, low, high, unknown }: Estimate): string {
  const interval = low === high ? 'exact' : `95 % CI ${grouped(low)} to ${grouped(high)}`;
  return `${grouped(count)} (${interval})${unknown === 0 ? '' : `, and ${grouped(unknown)} without a threshold`}`;
}

function rules({ rules: all }: Simulation): string[] {
  const rows = all.map(({ rule, traces, spans, threshold, probability }) => [
    cell(rule),
    grouped(traces.total),
    grouped(traces.kept),
    traces.total === 0 ? '-' : percent(traces.kept / traces.total),
    grouped(spans.kept),
    threshold ?? '-',
    probability === undefined ? '-' : percent(probability),
  ]);
  return table([['rule', 'traces', 'kept', 'share', 'spans', 'th', 'probability'], ...rows], [1, 2, 3, 4]);
}

function routes({ routes: all }: Simulation, top: number): string[] {
  const rows = all
    .slice(0, top)
    .map(({ route, localRoots: { total, kept }, spans, estimate }) => [
      cell(route),
      grouped(total),
      grouped(kept),
      percent(kept / total),
      grouped(spans.kept),
      kept === 0 ? '-' : estimateText(estimate),
    ]);
  const rest = all.length - rows.length;
  return [
    ...table([['route', 'roots', 'kept', 'share', 'spans', 'estimate of roots'], ...rows], [1, 2, 3, 4]),
    ...(rest > 0 ? [`  and ${plural(rest, 'more route')} (--top ${all.length} shows all)`] : []),
  ];
}

const ROWS = 20;
/** Columns of a row of the chart without its bar. */
const LABELS = 34;
const MAX_BAR = 60;
const DAY = 86_400_000;

/** Spans a second over time, by when they ended: kept and dropped. */
function chart({ perSecond, from, to }: Simulation, columns: number): string[] {
  const seconds = Math.max(1, Math.ceil(to / 1000) - Math.floor(from / 1000));
  const step = Math.ceil(seconds / ROWS);
  const buckets = bucketsOf(perSecond, Math.floor(from / 1000) * 1000, step * 1000, Math.ceil(seconds / step));
  const most = Math.max(...buckets.map(({ kept, dropped }) => kept + dropped));
  const width = Math.max(10, Math.min(MAX_BAR, columns - LABELS));
  const labelOf = to - from > DAY ? (time: number) => `${dateOf(time)} ${timeOf(time)}` : timeOf;
  const rows = buckets.map(({ time, kept, dropped }) => [
    labelOf(time),
    rate(kept / step),
    rate(dropped / step),
    bar(kept, dropped, most, width),
  ]);
  return table([['time', 'kept/s', 'dropped/s', `spans ended, of ${rate(most / step)}/s`], ...rows], [1, 2]);
}

/** All periods from the first on, those without spans too. */
function bucketsOf(seconds: readonly SecondNumbers[], from: number, step: number, count: number): SecondNumbers[] {
  const buckets = Array.from({ length: count }, (_, i) => ({ time: from + i * step, kept: 0, dropped: 0 }));
  for (const { time, kept, dropped } of seconds) {
    const bucket = buckets[Math.min(count - 1, Math.floor((time - from) / step))];
    if (bucket === undefined) continue;
    bucket.kept += kept;
    bucket.dropped += dropped;
  }
  return buckets;
}

/** Something that is there is seen. */
function bar(kept: number, dropped: number, most: number, width: number): string {
  const columnsOf = (count: number) => (count === 0 ? 0 : Math.max(1, Math.round((count / most) * width)));
  const keptColumns = columnsOf(kept);
  return '█'.repeat(keptColumns) + '░'.repeat(Math.max(dropped === 0 ? 0 : 1, columnsOf(kept + dropped) - keptColumns));
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

const isoOf = (millis: number): string => new Date(Math.min(millis, 8.64e15)).toISOString();
const dateOf = (millis: number): string => isoOf(millis).slice(0, -14);
const timeOf = (millis: number): string => isoOf(millis).slice(-13, -5);
