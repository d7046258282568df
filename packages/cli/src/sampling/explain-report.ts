import {
  explainHeadRule,
  explainTailRule,
  type Lane,
  laneOf,
  type PolicyEngine,
  type RuleAnswer,
} from '@clew/sampling/internal';
import type { Condition, Policy, RuleSurroundings } from '@clew/sampling/policy';

import { conditionsText, whyFailed } from './condition-report.ts';
import type { RecordedSpan } from './recorded-span.ts';
import type { Recording } from './recording.ts';
import { replay } from './replay.ts';
import type { TracePart } from './replayed-process.ts';
import { ceilingOf } from './rule-numbers.ts';

/** A trace, by the parts that processes have of it. */
export interface ExplainedTrace {
  readonly traceId: string;
  readonly parts: readonly ExplainedPart[];
}

/** Verdict of a policy about a part. */
export interface ExplainedPart {
  readonly part: TracePart;
  /** Head rules up to the one that matches; none where a caller decides. */
  readonly head: readonly ExplainedRule[];
  /** Empty where the part was not recorded: then no tail rule is asked. */
  readonly rules: readonly ExplainedRule[];
  /** Place in the budget; `undefined` where there is none, or nothing of the part is wanted. */
  readonly budget: BudgetPlace | undefined;
}

export interface ExplainedRule {
  readonly name: string;
  readonly matches: boolean;
  /** Why it does not match; empty where it does. */
  readonly reason: string;
}

/** Traces that a part competes with for the budget; `owed` is kept or dropped as others were told, whatever the budget says. */
export interface BudgetPlace {
  readonly lane: Lane | 'owed';
  /** The greatest share of its like that is kept. */
  readonly ceiling: number;
}

/**
 * Replays a recording, and explains what becomes of the traces whose ids begin so. Rules are answered as when the table
 * asked them last before it decided; about traces that are decided as they begin, as at the end.
 *
 * @param traceId empty for all traces
 */
export function explain(recording: Recording, policy: Policy, traceId: string): ExplainedTrace[] {
  const rulesOf = new Map<TracePart, readonly ExplainedRule[]>();
  const asked = new Map<TracePart, readonly ExplainedRule[]>();
  const engineOf = new Map<TracePart, PolicyEngine>();
  const isWanted = (part: TracePart) => part.traceId.startsWith(traceId);
  const answers = (part: TracePart, { baselines: { quantileOf } }: PolicyEngine) => {
    const ended = part.spans.filter(({ hasEnded }) => hasEnded);
    return ended.length === 0 ? undefined : tailRules(policy, ended, { quantileOf });
  };
  const { parts } = replay(recording, policy, {
    onJudged(part, engine) {
      const given = isWanted(part) ? answers(part, engine) : undefined;
      if (given !== undefined) asked.set(part, given);
    },
    onVerdict(part, engine) {
      if (!isWanted(part)) return;
      engineOf.set(part, engine);
      const given = asked.get(part) ?? answers(part, engine);
      if (given !== undefined) rulesOf.set(part, given);
      asked.delete(part);
    },
  });
  const explained = parts.filter(isWanted).map((part) => {
    const recorded = part.spans.filter(({ isRecorded }) => isRecorded);
    const engine = engineOf.get(part);
    const surroundings = engine === undefined ? {} : { quantileOf: engine.baselines.quantileOf };
    const late = recorded.length === 0 ? [] : tailRules(policy, recorded, surroundings);
    const budget = engine && budgetPlace(part, engine);
    return { part, head: headRules(policy, part), rules: rulesOf.get(part) ?? late, budget };
  });
  return byTrace(explained);
}

function budgetPlace(part: TracePart, { policy, lanes }: PolicyEngine): BudgetPlace | undefined {
  const { judgement, head, isTold } = part;
  const isStart = (judgement?.ratio ?? 0) <= head.startRatio; // no rule wants more than that
  const ceiling = head.isFollowed ? 1 : ceilingOf(part);
  if (policy.budget === undefined || ceiling === 0) return undefined;
  const lane = laneOf({ lanes }, judgement);
  return { lane: lane === 'rest' && (isTold || head.isFollowed) && isStart ? 'owed' : lane, ceiling };
}

/** In the order in which traces begin, and processes in them. */
function byTrace(parts: readonly ExplainedPart[]): ExplainedTrace[] {
  const startOf = ({ part }: ExplainedPart) => part.spans[0]?.start ?? 0;
  const traces = new Map<string, ExplainedPart[]>();
  for (const each of parts.toSorted((a, b) => startOf(a) - startOf(b))) {
    const { traceId } = each.part;
    const known = traces.get(traceId);
    if (known === undefined) traces.set(traceId, [each]);
    else known.push(each);
  }
  return [...traces].map(([traceId, ofTrace]) => ({ traceId, parts: ofTrace }));
}

function headRules(policy: Policy, { spans, head, process }: TracePart): ExplainedRule[] {
  const root = spans.find(({ isLocalRoot }) => isLocalRoot);
  if (root === undefined || head.rule === 'upstream') return [];
  const explained: ExplainedRule[] = [];
  for (const rule of policy.head) {
    const { name, kind, attributes } = root;
    const parent = root.parentSpanId === undefined ? undefined : { ...NOBODY, isRemote: true };
    const links = root.hasLinks ? [{ context: NOBODY }] : [];
    const answer = explainHeadRule(rule, { name, kind, attributes, links, parent }, process.resource.attributes);
    explained.push(explainedRule(rule, answer, root, {}));
    if (answer.matches) break;
  }
  return explained;
}

const NOBODY = { traceId: '', spanId: '', traceFlags: 0 };

function tailRules(policy: Policy, group: readonly RecordedSpan[], surroundings: RuleSurroundings): ExplainedRule[] {
  const root = group.find(({ isLocalRoot }) => isLocalRoot);
  return policy.rules.map((rule) =>
    explainedRule(rule, explainTailRule(rule, group, surroundings), root, surroundings),
  );
}

function explainedRule(
  { name, unless }: { readonly name: string; readonly unless?: unknown },
  { matches, failed, isExempt }: RuleAnswer,
  root: RecordedSpan | undefined,
  surroundings: RuleSurroundings,
): ExplainedRule {
  if (matches) return { name, matches, reason: '' };
  if (failed !== undefined && root !== undefined)
    return { name, matches, reason: whyFailed(failed, root, surroundings) };
  const exempting = Array.isArray(unless) ? conditionsText(unless as readonly Condition[]) : '';
  return { name, matches, reason: isExempt ? `exempt by unless: ${exempting}` : 'no local root has ended' };
}
