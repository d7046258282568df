import { probabilityOf } from '@clew/trace-context';

import type { RuleJudgement } from '../policy/judge-by-rules.ts';
import type { UpstreamMode } from '../policy/policy.ts';
import type { RuleProgress } from '../policy/rule-progress.ts';
import { isLocalRoot } from '../policy/judged-span.ts';
import { isSampled, type Amendment, type EndedSpan, type StartedRoot } from './ended-span.ts';
import { decide, type HeadDecision, type Outcome } from './outcome.ts';
import type { PolicyEngine } from './policy-engine.ts';
import { otIn } from './state-writer.ts';

/** An ended span that waits for the decision about its trace. */
export interface HeldSpan<Item> {
  readonly item: Item;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly isParentRemote: boolean;
  readonly traceFlags: number;
  readonly traceState: string;
}

/** Facts about a root that the policy's sampler knows, and its span does not say. */
export interface HeadNote {
  readonly traceId: string;
  readonly engine: PolicyEngine;
  /** Name for `sampling.rule`. */
  readonly rule: string;
  readonly isFollowed: boolean;
  /** There is no room to hold it for the tail rules. */
  readonly isHeadOnly: boolean;
  /** The share that `head` or `base` keeps of such traces, if there is no budget. */
  readonly ratio: number;
  /** The share of them that this start has kept, by what the budget could bear. */
  readonly startRatio: number;
}

/** A trace that is open in this process, or was a moment ago. */
export interface Entry<Item> {
  readonly traceId: string;
  readonly engine: PolicyEngine;
  /** Its start says all there is to say: the tail rules are not asked. */
  readonly isHeadOnly: boolean;
  /** The trace id, or an explicit randomness value. */
  readonly randomness: string;
  /** The trace flags of its remote parent; `undefined` where the trace begins here. */
  readonly parentFlags: number | undefined;
  /** The share that `head` or `base` keeps of such traces, if there is no budget. */
  readonly headRatio: number;
  /** The share of such traces that this start has kept. */
  readonly startRatio: number;
  /** Its values of the attributes to balance by, as JSON; empty before a root has ended. */
  balanceKey: string;
  head: HeadDecision;
  progress: RuleProgress;
  held: HeldSpan<Item>[];
  /** Ids of spans without which held ones would have no parent; made when there are too many spans. */
  needed: Set<string> | undefined;
  /** The number of ended spans that are not held, and wait for the decision. */
  leftOut: number;
  /** The number of those that were left out of what is kept; for the roots that end later. */
  leftOutOfKept: number;
  openRoots: number;
  openSpans: number;
  beganAt: number;
  /** When its last root has ended. */
  endedAt: number;
  outcome: Outcome | undefined;
  /** It is kept, and by which rule is not known before its root has ended. */
  isRuleOpen: boolean;
  /** It is kept as its start said, and nothing but its roots is to be judged. */
  isPlain: boolean;
  /** It was dropped at a certain age, and what has ended since is judged by itself. */
  isCut: boolean;
  /** It is among those that are open, and no later stay of the trace is. */
  isListed: boolean;
  /** It has several local roots: its spans need not have started alike. */
  isEnteredAgain: boolean;
  isToldSampled: boolean;
  isToldDropped: boolean;
  /** The threshold by which other processes may be told that it is sampled, though it did not start so. */
  promisedThreshold: string | undefined;
  /** The threshold by which that would be so, had it not started as sampled: those that did are the same kind. */
  confirmedThreshold: string | undefined;
  /** Under a budget, the threshold by which others have been told that it is sampled. */
  toldThreshold: string | undefined;
}

/**
 * A trace that begins with a root.
 *
 * @param note of the policy's sampler; `undefined` where another one has let the trace in
 */
export function createEntry<Item>(
  root: StartedRoot,
  note: HeadNote | undefined,
  engine: PolicyEngine,
  now: number,
): Entry<Item> {
  const head = headOf(root, note, engine);
  return {
    traceId: root.traceId,
    engine,
    isHeadOnly: note?.isHeadOnly === true,
    randomness: otIn(root.traceState)?.randomness ?? root.traceId,
    parentFlags: root.parentFlags,
    headRatio: ratioOfCaller(root, head, engine) ?? note?.ratio ?? ratioOf(head, engine),
    startRatio: head.threshold === undefined ? (note?.startRatio ?? 0) : probabilityOf(head.threshold),
    balanceKey: '',
    head,
    progress: engine.watch.open(),
    held: [],
    needed: undefined,
    leftOut: 0,
    leftOutOfKept: 0,
    openRoots: 1,
    openSpans: 0,
    beganAt: now,
    endedAt: now,
    outcome: undefined,
    isRuleOpen: false,
    isPlain: false,
    isCut: false,
    isListed: false,
    isEnteredAgain: false,
    isToldSampled: false,
    isToldDropped: false,
    promisedThreshold: undefined,
    confirmedThreshold: undefined,
    toldThreshold: undefined,
  };
}

/** The decision at the start of a local root. */
export function headOf(root: StartedRoot, note: HeadNote | undefined, engine: PolicyEngine): HeadDecision {
  const isRootSampled = isSampled(root.traceFlags);
  const threshold = isRootSampled ? otIn(root.traceState)?.threshold : undefined;
  if (note?.traceId === root.traceId) {
    return { isSampled: isRootSampled, isFollowed: note.isFollowed, threshold, rule: note.rule, needsBase: false };
  }
  return { isSampled: isRootSampled, threshold, ...ofOtherSampler(root, isRootSampled, threshold, engine) };
}

/**
 * The share of a trace that a caller keeps, where it has a say in that: no greater than that of the caller, which has let
 * no others in as kept.
 */
function ratioOfCaller(
  { parentFlags }: StartedRoot,
  { isSampled: isKept, threshold, needsBase }: HeadDecision,
  { policy: { upstream } }: PolicyEngine,
): number | undefined {
  if (parentFlags === undefined || !isSampled(parentFlags) || needsBase) return undefined;
  if (!isLimitedByCaller(upstream)) return undefined;
  return isKept && threshold !== undefined ? probabilityOf(threshold) : 0;
}

/** The share of those that a sampler has let in that knew nothing of the policy. */
function ratioOf({ threshold }: HeadDecision, { policy }: PolicyEngine): number {
  return threshold === undefined ? policy.base.ratio : probabilityOf(threshold);
}

/** Whether no more is kept than the caller keeps. */
const isLimitedByCaller = (upstream: UpstreamMode): boolean => upstream === 'respect' || upstream === 'cap';

/**
 * Returns whether a caller does not keep the trace, and the policy respects that.
 *
 * @param parentFlags of the remote parent; `undefined` without one
 */
export const isRefused = (upstream: UpstreamMode, parentFlags: number | undefined): boolean =>
  parentFlags !== undefined && !isSampled(parentFlags) && isLimitedByCaller(upstream);

/** Another sampler has let it in, which knew nothing of the policy: what it says by itself is no decision. */
function ofOtherSampler(
  { parentFlags }: StartedRoot,
  isRootSampled: boolean,
  threshold: string | undefined,
  { policy: { upstream } }: PolicyEngine,
): Pick<HeadDecision, 'isFollowed' | 'rule' | 'needsBase'> {
  const respects = parentFlags !== undefined && upstream.startsWith('respect');
  const isFollowed = respects && isRootSampled && isSampled(parentFlags);
  const needsBase = !isFollowed && !isRefused(upstream, parentFlags) && threshold === undefined;
  return { isFollowed, rule: isFollowed ? 'upstream' : 'base', needsBase };
}

/**
 * A trace that enters the process once more is kept if either start keeps it, by the lower of their thresholds. A caller that
 * names no threshold repeats our own decision where we have made one, and else makes the count unknown.
 */
export function mergeHeads(one: HeadDecision, other: HeadDecision): HeadDecision {
  const isFollowed = one.isFollowed || other.isFollowed;
  return { ...(other.isSampled && isLower(one, other) ? other : one), isFollowed };
}

function isLower(one: HeadDecision, { threshold }: HeadDecision): boolean {
  if (!one.isSampled) return true;
  if (threshold === undefined) return false;
  return one.threshold === undefined ? !one.isFollowed : threshold < one.threshold;
}

/** The decision about a trace where it is certain as it begins; `undefined` where spans have to wait for it. */
export function outcomeAtStart(entry: Entry<unknown>): Outcome | undefined {
  const { head, engine } = entry;
  if (head.needsBase) return undefined;
  if (entry.isHeadOnly || engine.policy.rules.length === 0) return decideByHead(entry);
  if (head.isFollowed && head.threshold === undefined) return decideByHead(entry);
  if (head.threshold !== '0' || (engine.hasDrops && !head.isFollowed)) return undefined;
  entry.isRuleOpen = true; // nothing keeps it with a lower threshold
  entry.isPlain = engine.watch.needsRootsOnly;
  return decideByHead(entry);
}

/**
 * Tells a decision that spans say themselves, when they end after all that is known of their trace is forgotten. A trace
 * that has a parent elsewhere may have been here before, and decided otherwise; one with open spans may come back before they end.
 */
export function isSaidBySpans(entry: Entry<unknown>, { isKept, threshold }: Outcome): boolean {
  const { head, parentFlags } = entry;
  if (parentFlags !== undefined || entry.isEnteredAgain || entry.openSpans > 0 || head.needsBase) return false;
  return head.isSampled === isKept && (!isKept || threshold === head.threshold);
}

/** What the tail rules say of it so far. */
export function judgementOf(entry: Entry<unknown>): RuleJudgement | undefined {
  return entry.isHeadOnly ? undefined : entry.engine.watch.judge(entry.progress);
}

/** Decides by all that is known. */
export function judge(entry: Entry<unknown>): Outcome {
  return decideBy(entry, judgementOf(entry));
}

/** Decides by what the tail rules have said. */
export function decideBy(entry: Entry<unknown>, judgement: RuleJudgement | undefined): Outcome {
  return decide(judgement, factsOf(entry));
}

/** Decides before the root has ended: after an error of another span it is taken for failed. */
export function judgeOpen(entry: Entry<unknown>): Outcome {
  return decide(judgementOf(entry), {
    ...factsOf(entry),
    isPromised: entry.isToldSampled || entry.promisedThreshold !== undefined,
  });
}

/** Decides by what was known at the start, since there is no room to wait. */
export function decideByHead(entry: Entry<unknown>): Outcome {
  return decide(undefined, factsOf(entry));
}

function factsOf({ head, engine, randomness, isToldSampled, promisedThreshold, toldThreshold }: Entry<unknown>) {
  return {
    head,
    baseThreshold: engine.baseThreshold,
    randomness,
    isPromised: isToldSampled,
    promisedThreshold: toldThreshold ?? promisedThreshold,
  };
}

/** The attributes that a local root gets when its trace is kept. */
export function attributesOf(entry: Entry<unknown>): NonNullable<Amendment['attributes']> {
  const { head, outcome, isRuleOpen, leftOut, leftOutOfKept, parentFlags } = entry;
  const missing = leftOut + leftOutOfKept;
  const rule = isRuleOpen ? judge(entry).rule : (outcome?.rule ?? head.rule);
  const isDroppedBefore = parentFlags !== undefined && !isSampled(parentFlags);
  const isPartial = !head.isSampled && (isDroppedBefore || entry.isToldDropped);
  return {
    'sampling.rule': rule,
    ...(isPartial && { 'sampling.partial': true }),
    ...(missing > 0 && { 'sampling.left_out_spans': missing }),
  };
}

/** A trace that was dropped at a certain age begins anew with what ends from now on. */
export function beginAgain(entry: Entry<unknown>): void {
  entry.progress = entry.engine.watch.open();
  entry.isCut = true;
}

const ERROR = 2;

/**
 * Tells whether a trace has room for a span. Beyond `spansPerTrace` there is room for errors, roots and the parents of
 * what is held, up to twice as many; beyond that, for roots.
 */
export function wantsSpan(entry: Entry<unknown>, span: EndedSpan, spansPerTrace: number): boolean {
  if (entry.held.length < spansPerTrace) return true;
  if (isLocalRoot(span)) return true;
  if (entry.held.length >= 2 * spansPerTrace) return false;
  const needed = (entry.needed ??= parentsOf(entry.held));
  if (span.status.code !== ERROR && !needed.has(span.spanId)) return false;
  if (span.parentSpanId !== undefined) needed.add(span.parentSpanId);
  return true;
}

function parentsOf(held: readonly HeldSpan<unknown>[]): Set<string> {
  return new Set(held.map(({ parentSpanId }) => parentSpanId).filter((id) => id !== undefined));
}

/** Spans with a parent to be seen with, and spans without. */
export interface Connected<Item> {
  readonly kept: readonly HeldSpan<Item>[];
  readonly orphans: ReadonlySet<HeldSpan<Item>>;
}

/** Divides spans into those whose ancestors are among them, open, or in another process, and the rest. Linear. */
export function withoutOrphans<Item>(held: readonly HeldSpan<Item>[], open: ReadonlySet<string>): Connected<Item> {
  const ids = new Set(held.map(({ spanId }) => spanId));
  const children = new Map<string, HeldSpan<Item>[]>();
  const orphans = new Set<HeldSpan<Item>>();
  for (const span of held) {
    const { parentSpanId } = span;
    if (parentSpanId === undefined || isLocalRoot(span)) continue;
    if (ids.has(parentSpanId)) addTo(children, parentSpanId, span);
    else if (!open.has(parentSpanId)) orphans.add(span);
  }
  for (const span of orphans) for (const child of children.get(span.spanId) ?? []) orphans.add(child); // the set grows
  return { kept: held.filter((span) => !orphans.has(span)), orphans };
}

function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
