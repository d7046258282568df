import type { Policy } from '@clew/sampling/policy';

import type { RecordedSpan } from './recorded-span.ts';

/** Spans that leave for the exporter, by the time at which they do: under a budget that is after the decision. */
export interface ExportRate {
  /** A second, over the time from the first span to the last that leaves, pauses of the file left out. */
  readonly mean: number;
  /** The second with the most, and when it begins. */
  readonly worst: number;
  readonly worstAt: number;
  /** A second, over the ten seconds with the most, and when they begin. */
  readonly worstOfTen: number;
  readonly worstOfTenAt: number;
}

/** A budget beside what the processes make of it: each has all of it for itself. */
export interface BudgetUse {
  readonly spansPerSecond: number;
  /** The greatest of all processes. */
  readonly worst: number;
  readonly worstAt: number;
  readonly worstService: string;
  readonly worstOfTen: number;
  /** Seconds of processes in which more left. */
  readonly secondsOver: number;
}

const SECOND = 1000;
const TEN = 10;

/** @param activeMillis time in which something happens */
export function exportRate(spans: readonly RecordedSpan[], from: number, activeMillis: number): ExportRate {
  const counts = countsOf(spans);
  let kept = 0;
  for (const count of counts.values()) kept += count;
  const [worst, worstAt] = most(counts, 1, from);
  const [ofTen, worstOfTenAt] = most(counts, TEN, from);
  const mean = kept / Math.max(1, activeMillis / SECOND);
  return { mean, worst, worstAt, worstOfTen: ofTen / TEN, worstOfTenAt };
}

/** `undefined` for a policy without a budget. */
export function budgetUse({ budget }: Policy, spans: readonly RecordedSpan[], from: number): BudgetUse | undefined {
  if (budget === undefined) return undefined;
  const { spansPerSecond } = budget;
  const byProcess = new Map<RecordedSpan['process'], RecordedSpan[]>();
  for (const span of spans) {
    const ofProcess = byProcess.get(span.process);
    if (ofProcess === undefined) byProcess.set(span.process, [span]);
    else ofProcess.push(span);
  }
  const uses = [...byProcess].map(([{ service }, ofProcess]) => {
    const counts = countsOf(ofProcess);
    const [worst, worstAt] = most(counts, 1, from);
    const secondsOver = [...counts.values()].filter((count) => count > Math.ceil(spansPerSecond)).length;
    return { service, worst, worstAt, worstOfTen: most(counts, TEN, from)[0] / TEN, secondsOver };
  });
  const [first] = uses.toSorted((a, b) => b.worst - a.worst);
  return {
    spansPerSecond,
    worst: first?.worst ?? 0,
    worstAt: first?.worstAt ?? from,
    worstService: first?.service ?? '',
    worstOfTen: Math.max(0, ...uses.map(({ worstOfTen }) => worstOfTen)),
    secondsOver: uses.reduce((sum, use) => sum + use.secondsOver, 0),
  };
}

/** Spans that leave, by the second, which is that of the clock: so the product counts. */
function countsOf(spans: readonly RecordedSpan[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { isKept, keptAt } of spans) {
    if (!isKept) continue;
    const second = Math.floor(keptAt / SECOND);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return counts;
}

/** The most of so many seconds in a row, and when they begin. */
function most(counts: ReadonlyMap<number, number>, seconds: number, from: number): readonly [number, number] {
  let greatest = 0;
  let at = from;
  for (const second of counts.keys()) {
    let sum = 0;
    for (let i = 0; i < seconds; i++) sum += counts.get(second + i) ?? 0;
    if (sum > greatest) [greatest, at] = [sum, second * SECOND];
  }
  return [greatest, at];
}
