import { otIn } from '@clew/sampling/internal';
import type { Policy } from '@clew/sampling/policy';
import { passesThreshold, probabilityOf, thresholdOf } from '@clew/trace-context';

import type { TracePart } from './replayed-process.ts';

/** Parts of traces that a rule decides about, `base` or `upstream`. */
export interface RuleNumbers {
  readonly rule: string;
  readonly traces: {
    readonly total: number;
    readonly kept: number;
    /** Kept without a budget, and not kept with it. */
    readonly cutByBudget: number;
  };
  readonly spans: { readonly total: number; readonly kept: number };
  /** The thresholds of what is kept, the lowest and the highest; `undefined` where nothing has one. */
  readonly thresholds: { readonly lowest: string; readonly highest: string } | undefined;
  /** The probabilities that these say, the smallest and the greatest. */
  readonly probabilities: { readonly least: number; readonly most: number } | undefined;
}

/** In the order of the policy, also rules that decide about nothing; `base` and `upstream` last. */
export function ruleNumbers(policy: Policy, parts: readonly TracePart[]): RuleNumbers[] {
  const names = [...[...policy.head, ...policy.rules].map(({ name }) => name), 'base', 'upstream'];
  const byRule = new Map(names.map((name) => [name, [] as TracePart[]]));
  for (const part of parts) byRule.get(part.rule)?.push(part);
  const all = [...byRule].map(([rule, ofRule]) => {
    const spans = ofRule.flatMap((part) => part.spans);
    const kept = spans.filter(({ isKept }) => isKept);
    return {
      rule,
      traces: {
        total: ofRule.length,
        kept: ofRule.filter(isKeptPart).length,
        cutByBudget: ofRule.filter((part) => isCutByBudget(part, policy)).length,
      },
      spans: { total: spans.length, kept: kept.length },
      ...rangeOf(kept.map(({ threshold }) => threshold)),
    };
  });
  return all.filter(({ rule, traces }) => rule !== 'upstream' || traces.total > 0);
}

function rangeOf(given: readonly (string | undefined)[]): Pick<RuleNumbers, 'thresholds' | 'probabilities'> {
  const [lowest, ...higher] = [...new Set(given.filter((each) => each !== undefined))].toSorted();
  if (lowest === undefined) return { thresholds: undefined, probabilities: undefined };
  const highest = higher.at(-1) ?? lowest;
  return {
    thresholds: { lowest, highest },
    probabilities: { least: probabilityOf(highest), most: probabilityOf(lowest) },
  };
}

const isKeptPart = ({ spans }: TracePart): boolean => spans.some(({ isKept }) => isKept);

/** Digits of the randomness that decides about a part: an explicit value, or the end of the trace id. */
export function randomnessOf({ traceId, spans }: TracePart): string {
  return otIn(spans[0]?.traceState ?? '')?.randomness ?? traceId.slice(-14);
}

/** The share of parts like this one that would be kept without a budget; a caller that keeps its part is not counted. */
export function ceilingOf({ judgement, head }: TracePart): number {
  if (judgement?.rule.drop === true) return 0;
  return Math.max(judgement?.ratio ?? 0, head.ratio ?? 0);
}

/** Tells the parts that are not kept, and would be if there were no budget. */
export function isCutByBudget(part: TracePart, { budget }: Policy): boolean {
  if (budget === undefined || isKeptPart(part)) return false;
  const threshold = thresholdOf(ceilingOf(part));
  return threshold !== undefined && passesThreshold(randomnessOf(part), threshold);
}
