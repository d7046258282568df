import { probabilityOf } from '@clew/trace-context';

import { LANES, type Demand, type Lane } from '../budget/demand.ts';
import { lowerThreshold } from '../is-kept.ts';
import type { RuleJudgement } from '../policy/judge-by-rules.ts';
import type { Condition, TailRule } from '../policy/policy.ts';
import type { Outcome } from './outcome.ts';
import type { PolicyEngine } from './policy-engine.ts';
import { decideBy, judgementOf, type Entry } from './trace-entry.ts';

/**
 * What a trace asks of a budget: to be kept or dropped as it is decided already, since other processes have been told so,
 * or to compete with others.
 */
type Claim = SettledClaim | OpenClaim;

interface SettledClaim {
  readonly outcome: Outcome;
}

interface OpenClaim {
  readonly outcome: undefined;
  readonly demand: Demand;
  /** Name for `sampling.rule`, if it is kept. */
  readonly rule: string;
}

/** The claim of a trace with so many spans, by all that is known of it. */
export function claimOf(entry: Entry<unknown>, spans: number): Claim {
  const { head } = entry;
  const judgement = judgementOf(entry);
  const isTold = entry.isToldSampled || entry.isToldDropped;
  const lane = laneOf(entry.engine, judgement);
  const isOwed = head.isFollowed || entry.isToldSampled;
  if (judgement?.rule.drop === true && !isOwed) return { outcome: decideBy(entry, judgement) };
  // Nobody knows the share of the caller, or that which others were told.
  const isUncounted =
    head.threshold === undefined &&
    (head.isFollowed || (head.isSampled && !head.needsBase) || (head.needsBase && entry.isToldSampled));
  const isDecided = lane === 'rest' && (isTold || head.isFollowed) && (judgement?.ratio ?? 0) <= entry.startRatio;
  if (isUncounted || isDecided) return { outcome: decideBy(entry, judgement) };
  return {
    outcome: undefined,
    demand: demandOf(entry, spans, judgement, lane, isOwed),
    rule: judgement !== undefined && judgement.ratio >= entry.headRatio ? judgement.rule.name : head.rule,
  };
}

function demandOf(
  entry: Entry<unknown>,
  spans: number,
  judgement: RuleJudgement | undefined,
  lane: Lane,
  isOwed: boolean,
): Demand {
  const given = givenOf(entry);
  const ofRules = judgement === undefined || judgement.rule.drop ? 0 : judgement.ratio;
  const promised = isOwed ? lowerThreshold(entry.head.threshold, entry.toldThreshold) : undefined;
  return {
    lane,
    key: entry.balanceKey,
    spans: Math.max(1, spans),
    randomness: entry.randomness,
    ceiling: given < 1 ? given : Math.max(ofRules, entry.headRatio),
    floor: lane === 'rest' ? floorOfRest(entry) : promised === undefined ? 0 : probabilityOf(promised),
    given,
    weight: judgement === undefined ? 1 : weightOf(entry, judgement, lane),
  };
}

const TINY = 1e-9;

/**
 * Of the traces that others were told of, those that the start has kept are kept. The others are of the same kind, and have
 * the same floor, by which none of them is kept: so all of them compete alike. Of what a caller has not kept, its share is
 * not known.
 */
function floorOfRest({ isToldSampled, isToldDropped, parentFlags, startRatio }: Entry<unknown>): number {
  const isAlone = !isToldSampled && !isToldDropped && parentFlags === undefined;
  return isAlone ? 0 : Math.max(startRatio, TINY);
}

/** Where only what the start has kept is recorded, a trace is one of those by its threshold. */
function givenOf({ head, isHeadOnly, engine }: Entry<unknown>): number {
  const isAll = !isHeadOnly && engine.policy.rules.length > 0;
  return isAll || head.threshold === undefined ? 1 : probabilityOf(head.threshold);
}

/** The lane of a trace: the first of those of the rules that would keep it. */
export function laneOf({ lanes }: Pick<PolicyEngine, 'lanes'>, judgement: RuleJudgement | undefined): Lane {
  let first = LANES.length - 1;
  for (const rule of judgement?.matched ?? []) {
    if (rule.ratio > 0) first = Math.min(first, LANES.indexOf(lanes.get(rule) ?? 'rest'));
  }
  return LANES[first] as Lane;
}

function weightOf({ engine }: Entry<unknown>, { rule, matched }: RuleJudgement, lane: Lane): number {
  if (lane === 'rest') return rule.weight;
  return Math.max(...matched.filter((each) => engine.lanes.get(each) === lane).map(({ weight }) => weight));
}

/** The lane of the traces that a rule keeps: by what its conditions are about. */
export function laneOfRule({ match }: TailRule): Lane {
  if (typeof match === 'function') return 'rest';
  const conditions = match.flatMap((each): readonly Condition[] => (each.on === 'anySpan' ? each.allOf : [each]));
  if (conditions.some((each) => each.on === 'status' && each.anyOf.every((status) => status === 'error'))) {
    return 'errors';
  }
  return conditions.some(isAboutSlowness) ? 'slow' : 'rest';
}

function isAboutSlowness(condition: Condition): boolean {
  if (condition.on === 'slowerThan') return true;
  return condition.on === 'duration' && (condition.range.above ?? condition.range.atLeast) !== undefined;
}
