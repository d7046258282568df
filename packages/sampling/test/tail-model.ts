// The tail sampler as its documentation describes it, slowly: thresholds are exact numbers, a trace is a plain list of spans,
// and each decision is computed from scratch with `judgeByRules`. It knows neither limits nor what follows an age.

import { judgeByRules, type RuleJudgement } from '../src/policy/judge-by-rules.ts';
import type { JudgedSpan } from '../src/policy/judged-span.ts';
import type { HeadRule, Policy } from '../src/policy/policy.ts';
import { exactThreshold } from './exact-model.ts';

/** Threshold of what is kept; `unknown` where nobody knows how many traces one stands for. */
export type Threshold = bigint | 'unknown';

/** Start of a local root. */
export interface RootStart {
  readonly traceId: string;
  readonly randomness: bigint;
  readonly path: string;
  readonly parent: { readonly isSampled: boolean; readonly th: bigint | undefined } | undefined;
}

/** Decision at the start of a local root. */
interface Head {
  /** `undefined` where it is not sampled. */
  readonly threshold: Threshold | undefined;
  readonly isFollowed: boolean;
  readonly rule: string;
  /** Its caller was told by us that the trace is sampled, and names no threshold. */
  readonly isEcho: boolean;
}

/** Verdict about the spans of one stay of a trace in the process. */
interface Decision {
  readonly isKept: boolean;
  readonly threshold: Threshold;
  /** Names that `sampling.rule` may have. */
  readonly rules: readonly string[];
}

/** A recorded span. */
export interface ModelSpan {
  readonly stay: Stay;
  /** The local root that it descends from. */
  readonly root: Head;
  readonly isRoot: boolean;
  judged: JudgedSpan | undefined;
  /** It may have been let go at an age of its trace. */
  isOfPast: boolean;
  /** Known as soon as it has ended and its trace is decided. */
  fate: Decision | undefined;
}

/** A trace from its first local root in the process to the end of the last one and the decision. */
export interface Stay {
  readonly traceId: string;
  readonly policy: Policy;
  readonly randomness: bigint;
  readonly beganAt: number;
  readonly heads: Head[];
  readonly spans: ModelSpan[];
  /** In the order of their ends. */
  readonly ended: ModelSpan[];
  isToldSampled: boolean;
  promised: bigint | undefined;
  lastRootEndedAt: number;
  decision: Decision | undefined;
  /** Its first start decided. */
  isDecidedAtStart: boolean;
  /** It was open for longer than `trace_age`, or entered again after a decision that did not wait: the model gives up. */
  isLost: boolean;
}

/** The model of one process. */
export interface TailModel {
  setPolicy(policy: Policy): void;
  /** Returns `undefined` where it is not recorded. */
  rootStarted(start: RootStart): ModelSpan | undefined;
  childStarted(parent: ModelSpan): ModelSpan;
  ended(span: ModelSpan, judged: JudgedSpan): void;
  /** Another process is told of the trace. */
  injected(traceId: string): void;
  /** Whether it is told that the trace is sampled, although the span has no such flag. */
  isPromoted(span: ModelSpan): boolean;
  tick(now: number): void;
  decideEnded(): void;
  decideAll(): void;
  readonly stays: readonly Stay[];
}

export function createTailModel(first: Policy, now: () => number): TailModel {
  const stays: Stay[] = [];
  let policy = first;

  const current = (traceId: string): Stay | undefined =>
    stays.findLast((stay) => stay.traceId === traceId && (stay.decision === undefined || openRoots(stay) > 0));

  function settle(stay: Stay, decision = decide(stay, stay.ended)): void {
    stay.decision = decision;
    for (const span of stay.ended) span.fate = decision;
  }

  function fateOf(span: ModelSpan): Decision {
    const { stay, root } = span;
    const decision = stay.decision as Decision;
    if (!stay.isDecidedAtStart) return decision;
    return {
      isKept: true,
      threshold: decision.threshold === 'unknown' ? 'unknown' : lowest([decision.threshold, root.threshold]),
      rules: decide(stay, stay.ended).rules,
    };
  }

  return {
    stays,
    setPolicy: (next) => void (policy = next),
    rootStarted(start) {
      const decided = headOf(policy, start);
      if (decided === undefined) return undefined;
      let stay = current(start.traceId);
      const isEcho = stay?.isToldSampled === true && decided.isFollowed && decided.threshold === 'unknown';
      const head: Head = { ...decided, isEcho };
      if (stay === undefined) {
        stay = begin(start, policy, now());
        stays.push(stay);
      } else if (stay.decision !== undefined && !stay.isDecidedAtStart) stay.isLost = true;
      stay.heads.push(head);
      const span: ModelSpan = { stay, root: head, isRoot: true, judged: undefined, isOfPast: false, fate: undefined };
      stay.spans.push(span);
      if (stay.heads.length === 1 && isCertain(stay.policy, head)) {
        stay.isDecidedAtStart = true;
        stay.decision = decide(stay, []);
      }
      return span;
    },
    childStarted({ stay, root }) {
      const span: ModelSpan = { stay, root, isRoot: false, judged: undefined, isOfPast: false, fate: undefined };
      stay.spans.push(span);
      return span;
    },
    ended(span, judged) {
      const { stay } = span;
      span.judged = judged;
      stay.ended.push(span);
      if (stay.decision === undefined) promise(stay, judged);
      else span.fate = fateOf(span);
      if (span.isRoot) stay.lastRootEndedAt = now();
      if (stay.decision === undefined && openRoots(stay) === 0 && openSpans(stay) === 0) settle(stay);
    },
    injected(traceId) {
      const stay = current(traceId);
      if (stay === undefined || stay.decision !== undefined) return;
      if (isSampled(stay) || stay.promised !== undefined) stay.isToldSampled = true;
    },
    isPromoted: ({ stay: { decision, promised } }) =>
      decision === undefined ? promised !== undefined : decision.isKept,
    tick(at) {
      for (const stay of stays) {
        const { limits } = stay.policy;
        if (stay.decision !== undefined) continue;
        if (openRoots(stay) > 0) {
          stay.isLost ||= at - stay.beganAt >= limits.traceAge;
          for (const span of stay.ended) span.isOfPast ||= stay.isLost;
        }
        if (openRoots(stay) === 0 && at - stay.lastRootEndedAt >= limits.linger) settle(stay);
      }
    },
    decideEnded() {
      for (const stay of stays) if (stay.decision === undefined && openRoots(stay) === 0) settle(stay);
    },
    decideAll() {
      for (const stay of stays) if (stay.decision === undefined) settle(stay);
    },
  };
}

const begin = ({ traceId, randomness }: RootStart, policy: Policy, now: number): Stay => ({
  traceId,
  policy,
  randomness,
  beganAt: now,
  heads: [],
  spans: [],
  ended: [],
  isToldSampled: false,
  promised: undefined,
  lastRootEndedAt: now,
  decision: undefined,
  isDecidedAtStart: false,
  isLost: false,
});

const openRoots = ({ spans }: Stay): number =>
  spans.filter(({ isRoot, judged }) => isRoot && judged === undefined).length;
const openSpans = ({ spans }: Stay): number => spans.filter(({ judged }) => judged === undefined).length;
const isSampled = ({ heads }: Stay): boolean => ofStarts(heads) !== undefined;

/** Returns `undefined` where the root is not even recorded. */
function headOf(policy: Policy, { randomness, parent, path }: RootStart): Omit<Head, 'isEcho'> | undefined {
  const matched = policy.head.find((rule) => isAbout(rule, path));
  const own = exactThreshold(matched?.ratio ?? policy.base.ratio);
  const isFollowed = parent?.isSampled === true && policy.upstream.startsWith('respect');
  const rule = isFollowed ? 'upstream' : (matched?.name ?? 'base');
  const threshold = isFollowed ? ofCaller(parent.th, randomness) : byPolicy(policy, own, randomness, parent);
  if (threshold === undefined && (policy.rules.length === 0 || matched?.ratio === 0)) return undefined;
  return { threshold, isFollowed, rule };
}

function isAbout({ match }: HeadRule, path: string): boolean {
  return (
    typeof match !== 'function' &&
    match.some((condition) => condition.on === 'attribute' && condition.anyOf[0] === path)
  );
}

function ofCaller(th: bigint | undefined, randomness: bigint): Threshold {
  return th === undefined || randomness < th ? 'unknown' : th;
}

function byPolicy(
  { upstream }: Policy,
  own: bigint | undefined,
  randomness: bigint,
  parent: RootStart['parent'],
): Threshold | undefined {
  const isOurs = parent === undefined || upstream === 'ignore' || upstream === 'respect-sampled';
  if (own === undefined || randomness < own) return undefined;
  if (isOurs) return own;
  if (upstream === 'respect' || !parent.isSampled) return undefined;
  if (parent.th === undefined) return 'unknown';
  const both = parent.th > own ? parent.th : own;
  return randomness >= both ? both : undefined;
}

function lowest(thresholds: readonly (Threshold | undefined)[]): Threshold {
  const known = thresholds.filter((each) => typeof each === 'bigint');
  if (known.length === 0) return 'unknown';
  return known.reduce((one, other) => (one < other ? one : other));
}

/** Of several starts. A caller that made it unknown leaves it so; one without a threshold repeats what was known before. */
function ofStarts(heads: readonly Head[]): Threshold | undefined {
  let merged: Threshold | undefined;
  let isFollowed = false;
  for (const head of heads) {
    if (head.isEcho) continue;
    if (merged === undefined) merged = head.threshold;
    else if (merged !== 'unknown' || !isFollowed) merged = lowest([merged, head.threshold]);
    isFollowed ||= head.isFollowed;
  }
  return merged;
}

function isCertain({ rules }: Policy, { threshold, isFollowed }: Omit<Head, 'isEcho'>): boolean {
  if (rules.length === 0 || (isFollowed && threshold === 'unknown')) return true;
  return threshold === 0n && (isFollowed || !rules.some(({ drop }) => drop));
}

const judgedSpans = (spans: readonly ModelSpan[]): JudgedSpan[] =>
  spans.map(({ judged }) => judged).filter((judged) => judged !== undefined);

function judgementOf({ policy }: Stay, spans: readonly ModelSpan[]): RuleJudgement | undefined {
  return judgeByRules(policy, judgedSpans(spans));
}

function decide(stay: Stay, spans: readonly ModelSpan[]): Decision {
  const { heads, isToldSampled, promised, randomness } = stay;
  const judgement = judgementOf(stay, spans);
  const isFollowed = heads.some((head) => head.isFollowed && !head.isEcho);
  const isOwed = isToldSampled || isFollowed;
  const names = heads.map(({ rule }) => rule);
  if (judgement?.rule.drop === true && !isOwed) return { isKept: false, threshold: 'unknown', rules: [] };
  const ofHead = ofStarts(heads);
  if (ofHead === 'unknown' && isFollowed) return { isKept: true, threshold: 'unknown', rules: names };
  const ofRules = judgement === undefined ? undefined : exactThreshold(judgement.ratio);
  const known = [ofRules, ofHead, isToldSampled ? promised : undefined].filter((each) => typeof each === 'bigint');
  const threshold = lowest(known);
  const passes = threshold !== 'unknown' && randomness >= threshold;
  if (!passes && !isOwed && ofHead === undefined) return { isKept: false, threshold: 'unknown', rules: [] };
  const isByRule = judgement !== undefined && ofRules !== undefined && ofRules === threshold;
  return { isKept: true, threshold: passes ? threshold : 'unknown', rules: isByRule ? [judgement.rule.name] : names };
}

const FAILED_ROOT: JudgedSpan = {
  parentSpanId: undefined,
  isParentRemote: false,
  name: '',
  kind: 0,
  status: { code: 2 },
  durationMillis: Number.NaN,
  resource: { attributes: {} },
  attribute: () => undefined,
};

/** After an error the trace is promised as if a root that says nothing else failed, too. */
function promise(stay: Stay, { status }: JudgedSpan): void {
  if (status.code !== 2 || isSampled(stay)) return;
  const judgement = judgeByRules(stay.policy, [...judgedSpans(stay.ended), FAILED_ROOT]);
  if (judgement === undefined || judgement.rule.drop) return;
  const threshold = exactThreshold(judgement.ratio);
  if (threshold === undefined || stay.randomness < threshold) return;
  if (stay.promised === undefined || threshold < stay.promised) stay.promised = threshold;
}
