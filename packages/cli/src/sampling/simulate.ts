import type { Policy } from '@clew/sampling/policy';
import { probabilityOf } from '@clew/trace-context';

import { estimate, type Estimate } from './estimate.ts';
import type { RecordedSpan } from './recorded-span.ts';
import type { Recording } from './recording.ts';
import { replay, type Replayed } from './replay.ts';
import type { TracePart } from './replayed-process.ts';
import { ROUTE } from './wanted-attributes.ts';

/** Numbers of a recording under a policy. Times are in milliseconds since 1970, shares from 0 to 1. */
export interface Simulation {
  readonly from: number;
  readonly to: number;
  readonly services: number;
  readonly processes: number;
  readonly traces: Kept & { readonly keptWhole: number };
  readonly spans: Kept;
  /** Spans that are handed on to the exporter, a second. */
  readonly exported: { readonly mean: number; readonly worst: number; readonly worstAt: number };
  readonly rules: readonly RuleNumbers[];
  readonly routes: readonly RouteNumbers[];
  /** Traces with a span of status error, and slow ones; lost are those of which no span is kept. */
  readonly errors: Lost;
  readonly slow: Lost & { readonly fromMillis: number };
  /** Number of local roots: of the recording, and as a backend counts it from what is kept. */
  readonly localRoots: { readonly recorded: number; readonly estimate: Estimate };
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

/** Parts of traces that a rule decides about, `base` or `upstream`. */
interface RuleNumbers {
  readonly rule: string;
  readonly traces: Kept;
  readonly spans: Kept;
  /** The threshold of what is kept; `undefined` where there is none, or none that all have. */
  readonly threshold: string | undefined;
  /** The probability that it says. */
  readonly probability: number | undefined;
}

interface RouteNumbers {
  readonly route: string;
  readonly localRoots: Kept;
  readonly spans: Kept;
  readonly estimate: Estimate;
}

/** Spans that ended in a second, from its beginning. */
export interface SecondNumbers {
  readonly time: number;
  readonly kept: number;
  readonly dropped: number;
}

const SECOND = 1000;
const ERROR = 2;

/** @param slowMillis duration from which on a local root makes its trace slow */
export function simulate(recording: Recording, policy: Policy, slowMillis: number): Simulation {
  const replayed = replay(recording, policy);
  const { spans, processes } = recording;
  const { parts } = replayed;
  const roots = spans.filter((span) => span.isLocalRoot);
  const extent = extentOf(spans);
  return {
    ...extent,
    services: new Set(processes.map(({ service }) => service)).size,
    processes: processes.length,
    traces: traceNumbers(spans),
    spans: keptOf(spans),
    exported: exportedOf(spans, extent),
    rules: ruleNumbers(policy, parts),
    routes: routeNumbers(parts),
    errors: lostOf(spans, ({ status }) => status.code === ERROR),
    slow: { ...lostOf(roots, ({ durationMillis }) => durationMillis >= slowMillis, spans), fromMillis: slowMillis },
    localRoots: { recorded: roots.length, estimate: estimate(roots.filter(({ isKept }) => isKept)) },
    perSecond: secondsOf(spans),
    limits: { ...replayed.limits, leftOutSpans: replayed.leftOut },
    unknownCallers: replayed.unknownCallers,
  };
}

function keptOf(spans: readonly RecordedSpan[]): Kept {
  return { total: spans.length, kept: spans.filter(({ isKept }) => isKept).length };
}

function extentOf(spans: readonly RecordedSpan[]): { readonly from: number; readonly to: number } {
  let from = Infinity;
  let to = 0;
  for (const { start, end } of spans) {
    from = Math.min(from, start);
    to = Math.max(to, end);
  }
  return { from, to };
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

function exportedOf(
  spans: readonly RecordedSpan[],
  { from, to }: { readonly from: number; readonly to: number },
): Simulation['exported'] {
  const seconds = new Map<number, number>();
  let kept = 0;
  for (const { isKept, keptAt } of spans) {
    if (!isKept) continue;
    kept += 1;
    const second = Math.floor(keptAt / SECOND);
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  let worst = 0;
  let worstAt = from;
  for (const [second, count] of seconds) if (count > worst) [worst, worstAt] = [count, second * SECOND];
  return { mean: kept / Math.max(1, (to - from) / SECOND), worst, worstAt };
}

/** In the order of the policy, also rules that decide about nothing; `base` and `upstream` last. */
function ruleNumbers({ head, rules }: Policy, parts: readonly TracePart[]): RuleNumbers[] {
  const names = [...[...head, ...rules].map(({ name }) => name), 'base', 'upstream'];
  const byRule = new Map(names.map((name) => [name, [] as TracePart[]]));
  for (const part of parts) byRule.get(part.rule)?.push(part);
  const all = [...byRule].map(([rule, ofRule]) => {
    const spans = ofRule.flatMap((part) => part.spans);
    const kept = ofRule.filter((part) => part.spans.some(({ isKept }) => isKept));
    const thresholds = new Set(spans.filter(({ isKept }) => isKept).map(({ threshold }) => threshold));
    const [only] = thresholds;
    const threshold = thresholds.size === 1 ? only : undefined;
    return {
      rule,
      traces: { total: ofRule.length, kept: kept.length },
      spans: keptOf(spans),
      threshold,
      probability: threshold === undefined ? undefined : probabilityOf(threshold),
    };
  });
  return all.filter(({ rule, traces }) => rule !== 'upstream' || traces.total > 0);
}

/** By the number of local roots. */
function routeNumbers(parts: readonly TracePart[]): RouteNumbers[] {
  const byRoute = new Map<string, { roots: RecordedSpan[]; spans: RecordedSpan[] }>();
  for (const { spans } of parts) {
    const roots = spans.filter((span) => span.isLocalRoot);
    const [first] = roots;
    if (first === undefined) continue;
    for (const root of roots) routeOf(byRoute, root).roots.push(root);
    for (const span of spans) routeOf(byRoute, first).spans.push(span);
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

function routeOf(
  byRoute: Map<string, { roots: RecordedSpan[]; spans: RecordedSpan[] }>,
  root: RecordedSpan,
): { roots: RecordedSpan[]; spans: RecordedSpan[] } {
  const route = root.attribute(ROUTE);
  const key = typeof route === 'string' && route !== '' ? route : root.name;
  let found = byRoute.get(key);
  if (found === undefined) {
    found = { roots: [], spans: [] };
    byRoute.set(key, found);
  }
  return found;
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
  const seconds = new Map<number, { kept: number; dropped: number }>();
  for (const { end, isKept } of spans) {
    const time = Math.floor(end / SECOND) * SECOND;
    const counts = seconds.get(time) ?? { kept: 0, dropped: 0 };
    counts[isKept ? 'kept' : 'dropped'] += 1;
    seconds.set(time, counts);
  }
  return [...seconds].map(([time, counts]) => ({ time, ...counts })).toSorted((a, b) => a.time - b.time);
}
