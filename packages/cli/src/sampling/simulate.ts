import type { Policy } from '@clew/sampling/policy';

import { estimate, type Estimate } from './estimate.ts';
import { budgetUse, type BudgetUse, exportRate, type ExportRate } from './export-rate.ts';
import type { RecordedSpan } from './recorded-span.ts';
import type { Recording } from './recording.ts';
import { replay, type Replayed } from './replay.ts';
import type { TracePart } from './replayed-process.ts';
import { ruleNumbers, type RuleNumbers } from './rule-numbers.ts';
import { ROUTE } from './wanted-attributes.ts';

/** Numbers of a recording under a policy. Times are in milliseconds since 1970, shares from 0 to 1. */
export interface Simulation {
  readonly from: number;
  readonly to: number;
  /** Time of long pauses, in which nothing starts or ends: between files, or by clocks that are wrong. */
  readonly pausedMillis: number;
  readonly services: number;
  readonly processes: number;
  readonly traces: Kept & { readonly keptWhole: number };
  readonly spans: Kept;
  readonly exported: ExportRate;
  /** `undefined` where the policy has none. */
  readonly budget: BudgetUse | undefined;
  readonly rules: readonly RuleNumbers[];
  readonly routes: readonly RouteNumbers[];
  /** Traces with a span of status error, and slow ones; lost are those of which no span is kept. */
  readonly errors: Lost;
  readonly slow: Lost & { readonly fromMillis: number };
  /** Traces with a local root above the 99th percentile of its route in the file. Routes with few roots have none. */
  readonly slowest: Lost;
  /** Number of local roots: of the recording, and as a backend counts it from what is kept. */
  readonly localRoots: { readonly recorded: number; readonly kept: number; readonly estimate: Estimate };
  readonly perSecond: readonly SecondNumbers[];
  readonly limits: Replayed['limits'] & { readonly leftOutSpans: number };
  /** Local roots with a caller that is not in the file. */
  readonly unknownCallers: number;
}

export interface Kept {
  readonly total: number;
  readonly kept: number;
}

export interface Lost extends Kept {
  readonly lost: number;
}

interface RouteNumbers {
  readonly route: string;
  readonly localRoots: Kept;
  readonly spans: Kept;
  readonly estimate: Estimate;
}

/** Spans of a second, which begins at a time: those that ended, those of them that are kept, and those that leave. */
interface SecondNumbers {
  readonly time: number;
  readonly made: number;
  readonly kept: number;
  readonly exported: number;
}

const SECOND = 1000;
const ERROR = 2;

/** @param slowMillis duration from which on a local root makes its trace slow */
export function simulate(recording: Recording, policy: Policy, slowMillis: number): Simulation {
  const replayed = replay(recording, policy);
  const { spans, processes } = recording;
  const { parts } = replayed;
  const roots = spans.filter((span) => span.isLocalRoot);
  const keptRoots = roots.filter(({ isKept }) => isKept);
  const { from, to, lastAt } = extentOf(spans);
  const perSecond = secondsOf(spans);
  const pausedMillis = pausesIn(spans.flatMap(({ start, end }) => [start, end]));
  const idleMillis = pausesIn(spans.flatMap(({ start, end, isKept, keptAt }) => [start, end, isKept ? keptAt : end]));
  const quantiles = slowestOf(parts);
  return {
    from,
    to,
    pausedMillis,
    services: new Set(processes.map(({ service }) => service)).size,
    processes: processes.length,
    traces: traceNumbers(spans),
    spans: keptOf(spans),
    exported: exportRate(spans, from, lastAt - from - idleMillis),
    budget: budgetUse(policy, spans, from),
    rules: ruleNumbers(policy, parts),
    routes: routeNumbers(parts),
    errors: lostOf(spans, ({ status }) => status.code === ERROR),
    slow: { ...lostOf(roots, ({ durationMillis }) => durationMillis >= slowMillis, spans), fromMillis: slowMillis },
    slowest: lostOf(roots, (root) => root.durationMillis > (quantiles.get(routeOf(root)) ?? Infinity), spans),
    localRoots: { recorded: roots.length, kept: keptRoots.length, estimate: estimate(keptRoots) },
    perSecond,
    limits: { ...replayed.limits, leftOutSpans: replayed.leftOut },
    unknownCallers: replayed.unknownCallers,
  };
}

function keptOf(spans: readonly RecordedSpan[]): Kept {
  return { total: spans.length, kept: spans.filter(({ isKept }) => isKept).length };
}

/** @returns also the time at which the last span ends or leaves */
function extentOf(spans: readonly RecordedSpan[]) {
  let from = Infinity;
  let to = 0;
  let lastAt = 0;
  for (const { start, end, isKept, keptAt } of spans) {
    from = Math.min(from, start);
    to = Math.max(to, end);
    lastAt = Math.max(lastAt, end, isKept ? keptAt : 0);
  }
  return { from, to, lastAt };
}

/** Seconds without anything that make a pause. */
const LEAST_PAUSE = 60;

/** The time of the pauses between times, in milliseconds. */
function pausesIn(times: readonly number[]): number {
  const busy = new Set(times.map((time) => Math.floor(time / SECOND)));
  let paused = 0;
  let before: number | undefined;
  for (const second of [...busy].toSorted((a, b) => a - b)) {
    const idle = before === undefined ? 0 : second - before - 1;
    if (idle >= LEAST_PAUSE) paused += idle;
    before = second;
  }
  return paused * SECOND;
}

function traceNumbers(spans: readonly RecordedSpan[]): Simulation['traces'] {
  const all = new Set<string>();
  const kept = new Set<string>();
  const broken = new Set<string>();
  for (const { traceId, isKept } of spans) {
    all.add(traceId);
    (isKept ? kept : broken).add(traceId);
  }
  const keptWhole = [...kept].filter((traceId) => !broken.has(traceId)).length;
  return { total: all.size, kept: kept.size, keptWhole };
}

/** By the number of local roots. */
function routeNumbers(parts: readonly TracePart[]): RouteNumbers[] {
  const byRoute = new Map<string, { roots: RecordedSpan[]; spans: RecordedSpan[] }>();
  for (const { spans } of parts) {
    const roots = spans.filter((span) => span.isLocalRoot);
    const [first] = roots;
    if (first === undefined) continue;
    for (const root of roots) entryOf(byRoute, root).roots.push(root);
    for (const span of spans) entryOf(byRoute, first).spans.push(span);
  }
  return [...byRoute]
    .map(([route, { roots, spans }]) => ({
      route,
      localRoots: keptOf(roots),
      spans: keptOf(spans),
      estimate: estimate(roots.filter(({ isKept }) => isKept)),
    }))
    .toSorted((a, b) => b.localRoots.total - a.localRoots.total || (a.route < b.route ? -1 : 1));
}

function entryOf(
  byRoute: Map<string, { roots: RecordedSpan[]; spans: RecordedSpan[] }>,
  root: RecordedSpan,
): { roots: RecordedSpan[]; spans: RecordedSpan[] } {
  const key = routeOf(root);
  let found = byRoute.get(key);
  if (found === undefined) {
    found = { roots: [], spans: [] };
    byRoute.set(key, found);
  }
  return found;
}

function routeOf(root: RecordedSpan): string {
  const route = root.attribute(ROUTE);
  return typeof route === 'string' && route !== '' ? route : root.name;
}

const SLOWEST = 0.99;
/** Roots of a route in which one is the slowest hundredth. */
const ENOUGH_ROOTS = 100;

/** The duration that the slowest hundredth of each route is above. */
function slowestOf(parts: readonly TracePart[]): ReadonlyMap<string, number> {
  const durations = new Map<string, number[]>();
  for (const { spans } of parts) {
    for (const root of spans) {
      if (!root.isLocalRoot) continue;
      const route = routeOf(root);
      const ofRoute = durations.get(route);
      if (ofRoute === undefined) durations.set(route, [root.durationMillis]);
      else ofRoute.push(root.durationMillis);
    }
  }
  const all = [...durations].filter(([, ofRoute]) => ofRoute.length >= ENOUGH_ROOTS);
  return new Map(
    all.map(([route, ofRoute]) => {
      const sorted = ofRoute.toSorted((a, b) => a - b);
      return [route, sorted[Math.ceil(SLOWEST * sorted.length) - 1] ?? Infinity];
    }),
  );
}

/** Traces with such a span, and how many of them have left nothing. */
function lostOf(
  candidates: readonly RecordedSpan[],
  isSuch: (span: RecordedSpan) => boolean,
  spans: readonly RecordedSpan[] = candidates,
): Lost {
  const traces = new Set(candidates.filter(isSuch).map(({ traceId }) => traceId));
  const kept = new Set<string>();
  for (const { traceId, isKept } of spans) if (isKept && traces.has(traceId)) kept.add(traceId);
  return { total: traces.size, kept: kept.size, lost: traces.size - kept.size };
}

function secondsOf(spans: readonly RecordedSpan[]): SecondNumbers[] {
  const seconds = new Map<number, { made: number; kept: number; exported: number }>();
  const at = (time: number) => {
    const second = Math.floor(time / SECOND) * SECOND;
    let counts = seconds.get(second);
    if (counts === undefined) {
      counts = { made: 0, kept: 0, exported: 0 };
      seconds.set(second, counts);
    }
    return counts;
  };
  for (const { end, isKept, keptAt } of spans) {
    at(end).made += 1;
    if (!isKept) continue;
    at(end).kept += 1;
    at(keptAt).exported += 1;
  }
  return [...seconds].map(([time, counts]) => ({ time, ...counts })).toSorted((a, b) => a.time - b.time);
}
