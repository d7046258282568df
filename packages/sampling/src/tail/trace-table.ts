import { thresholdOf } from '@clew/trace-context';

import { createLoneBudget, type BudgetSharing } from '../budget/budget-sharing.ts';
import { createPacer, type Urgency } from '../budget/pacer.ts';
import { createSlotGate, millisToNextSlot } from '../budget/slot-gate.ts';
import { isKept, lowerThreshold } from '../is-kept.ts';
import { balanceKeyOf } from './balance-key.ts';
import { createBudgetFlow } from './budget-flow.ts';
import { createDecidedTraces } from './decided-traces.ts';
import { isLocalRoot } from '../policy/judged-span.ts';
import { isSampled, withSampled, type Amendment, type EndedSpan, type StartedRoot } from './ended-span.ts';
import type { Outcome } from './outcome.ts';
import type { PolicyEngine } from './policy-engine.ts';
import { createStateWriter, otIn } from './state-writer.ts';
import {
  attributesOf,
  beginAgain,
  createEntry,
  decideByHead,
  headOf,
  isSaidBySpans,
  judge,
  judgeOpen,
  mergeHeads,
  outcomeAtStart,
  wantsSpan,
  withoutOrphans,
  type Entry,
  type HeadNote,
  type HeldSpan,
} from './trace-entry.ts';

/**
 * The traces that are open in a process and the ended spans of those that are not decided. A trace is decided when its
 * last local root and its last open span have ended, or some time after the root, or at a certain age:
 *
 * ```
 *   rootStarted ─▶ take, take, take ─▶ spanEnded of the last ──────────────▶ decided: spans handed on, or let go
 *                       │                └ spans still open: `linger` ─────▶
 *                       └ older than `trace_age`: decided as it is ─▶ kept: what follows is handed on at once
 *                                                                   └ dropped: what follows is judged by itself
 * ```
 *
 * Where the policy has a budget, traces that have ended wait for its decision, and kept ones leave at an even rate.
 *
 * It holds no more than the limits of the policy say, and arms no timer: `tick()` does what is due.
 */
export interface TraceTable {
  /** A local root has started. Tell it before the start of its span. */
  rootStarted(root: StartedRoot): void;
  /** @param parentSpanId of a parent in this process; with both ids spans that outlive their trace are told from those of its next stay */
  spanStarted(traceId: string, spanId?: string, parentSpanId?: string): void;
  /** Takes the span over that the sink is about. */
  take(span: EndedSpan): void;
  /**
   * Decides about the trace of a local root that ends, before the sink has the root, where nothing else is open of it.
   * `take` of the root has to follow unless the trace is let go of with it; `spanEnded` in either case.
   *
   * @param root is awaited: it has started
   * @returns whether the trace and its root are let go of
   */
  letsGo(root: EndedSpan): boolean;
  /** Whether the spans of a trace but its local roots are handed on as they are: then `take` need not see them. */
  passesOn(traceId: string): boolean;
  /** For each span that was started, after `take`, whether that took it or not. */
  spanEnded(traceId: string, isLocalRoot: boolean, spanId?: string): void;
  /** Another process was told to continue the trace. */
  contextInjected(traceId: string): void;

  /** Whether other processes are to be told that a trace is sampled although its spans say that it is not. */
  isPromoted(traceId: string): boolean;
  /** Whether spans of this trace may still be kept. */
  isWanted(traceId: string): boolean;
  /** Whether the trace is open here: then the sampled flag of its spans is of the policy's sampler. */
  isOpen(traceId: string): boolean;
  /** New traces are to be recorded only if their start already keeps them. */
  isOverloaded(): boolean;
  /** Notes the decision of the policy's sampler about a root that starts next. */
  noteHead(note: HeadNote): void;

  /** Puts a policy in force for traces that begin from now on. */
  setEngine(engine: PolicyEngine): void;
  engine(): PolicyEngine;
  /** Decides what is due. */
  tick(): void;
  /** The time, on the clock of `now`, at which something will be due; `undefined` when nothing waits. */
  nextDue(): number | undefined;
  /** Decides the traces whose roots have ended. */
  decideEnded(): void;
  /** Decides all. What ends later follows that. */
  decideAll(): void;
  /** The number of ended spans that are held, those among them that are kept and have not left yet. */
  held(): number;
  /** The number of ended spans that have not left: of those that are held, and of those that were left out. */
  undecided(): number;
  /** Decides about a trace of another thread: by what the budget was lately, if the policy has one. */
  decideNow(entry: Entry<unknown>): Outcome;
}

/** Holds spans and hands them on. All but `release` and `discard` are about the span that `take` was called for. */
export interface SpanSink<Item> {
  /** Holds it; `undefined` when there is no room. */
  hold(): Item | undefined;
  /** Hands it on. */
  pass(amendment: Amendment | undefined): void;
  /** Counts it as sampled out. */
  refuse(): void;
  /** Hands on what was held. */
  release(held: HeldSpan<Item>, amendment: Amendment | undefined): void;
  /** Counts what was held as sampled out. */
  discard(held: HeldSpan<Item>): void;
  /** Counts spans that were not held, as there were too many in their trace or no room: sampled out unless it is kept. */
  leaveOut(count: number, isKept: boolean): void;
  /** There is little room. */
  isNearlyFull(): boolean;
}

/** Surroundings of a trace table. */
export interface TraceTableOptions<Item> {
  readonly engine: PolicyEngine;
  readonly sink: SpanSink<Item>;
  /** Milliseconds. It may jump: then something is decided earlier or later. */
  now(): number;
  /** The ids of the open spans of a trace. It is asked for traces older than `trace_age`, and for those that come back. */
  openSpanIds(traceId: string): ReadonlySet<string>;
  /** Told once for each decision. */
  onVerdict?(traceId: string, isKept: boolean): void;
  /** Told of what the limits have done to a trace. */
  onLimit?(limit: LimitEvent): void;
  /** Shares the budget of the policy with other threads. Default: it is for this table alone. */
  readonly sharing?: BudgetSharing;
  /** Decides in the place of this table, by the budget of another one. */
  decideNow?(entry: Entry<unknown>): Outcome;
}

/**
 * `age`: decided while it was open. `spans`: some of its spans were left out. `room`: decided as at its start. `owed`:
 * exported beyond the budget, since other processes keep their parts.
 */
export type LimitEvent = 'age' | 'spans' | 'room' | 'owed';

/** Spans of a trace that is kept, on their way out. */
interface Departure<Item> {
  readonly traceId: string;
  readonly held: readonly HeldSpan<Item>[];
  readonly outcome: Outcome;
  readonly attributes: Amendment['attributes'];
  /** The number of those that have left. */
  gone: number;
}

/** The last span of a trace, which was offered to the budget with it, and has not been taken. */
interface LastSpan<Item> {
  readonly entry: Entry<Item>;
  readonly spanId: string;
  /** With which it leaves, if the trace was decided about at once. */
  urgency: Urgency;
}

/** Seconds of the budget that spans which are owed to others may wait. */
const MAX_OWED = 10;

/** Of the limits; above it only what is kept anyway is recorded. */
const NEARLY_FULL = 0.8;

const MAX_STRAYS = 4096;

const ERROR = 2;

// oxlint-disable-next-line max-lines-per-function -- its functions close over one table; none is long
export function createTraceTable<Item>(options: TraceTableOptions<Item>): TraceTable {
  const { sink, now } = options;
  const entries = new Map<string, Entry<Item>>(); // by age
  const holding = new Set<Entry<Item>>();
  const lingering = new Set<Entry<Item>>();
  const decided = createDecidedTraces();
  /** By the ids of open spans whose stay is over; `undefined` where they say the decision themselves. */
  const strays = new Map<string, Stay<Item>>();
  const states = createStateWriter();
  let engine = options.engine;
  let note: HeadNote | undefined;
  let last: Entry<Item> | undefined; // events of one trace come in a row
  let lastSpan: LastSpan<Item> | undefined;
  /** Most spans of a trace are changed alike. */
  let lastAmendment: Amendment = { traceState: undefined, traceFlags: undefined, attributes: undefined };
  let heldCount = 0;
  let leftOutCount = 0;
  let time = 0;
  const sharing = options.sharing ?? createLoneBudget(now);
  const spansPerSecond = () => engine.policy.budget?.spansPerSecond ?? Number.MAX_SAFE_INTEGER;
  const pacer = createPacer<Departure<Item>>({
    gate: createSlotGate(sharing.cell, spansPerSecond, sharing.now),
    send: sendNext,
    maxOwed: () => MAX_OWED * spansPerSecond() * sharing.share(),
    onOvershoot: () => options.onLimit?.('owed'),
  });
  let flow = flowOf(engine);

  const hasBudget = () => flow !== undefined || options.decideNow !== undefined;
  const limits = () => engine.policy.limits;

  function flowOf(of: PolicyEngine) {
    return createBudgetFlow<Item>(of, { sharing, now, queued: pacer.queued, conclude: settleEnded });
  }

  function find(traceId: string): Entry<Item> | undefined {
    if (last?.traceId === traceId) return last;
    const entry = entries.get(traceId);
    if (entry !== undefined) last = entry;
    return entry;
  }

  /** A trace that is open, or that has ended and waits for the decision of the budget. */
  const findHere = (traceId: string): Entry<Item> | undefined => find(traceId) ?? flow?.find(traceId);

  /** The time before that a trace was here, if it is known. */
  const stayBefore = (traceId: string): Stay<Item> => flow?.find(traceId) ?? decided.get(traceId);

  function begin(root: StartedRoot): void {
    if (entries.size >= limits().bufferedSpans) evictOldest();
    const known = note?.traceId === root.traceId ? note : undefined;
    const entry = createEntry<Item>(root, known, known?.engine ?? engine, time);
    noteStrays(root.traceId);
    entries.set(root.traceId, entry);
    entry.isListed = true;
    last = entry;
    const outcome = hasBudget() ? undefined : outcomeAtStart(entry);
    if (outcome !== undefined) settle(entry, outcome);
  }

  /** Has the spans that are still open of an earlier stay follow the decision about that. */
  function noteStrays(traceId: string): void {
    const before = stayBefore(traceId);
    if (before === undefined) return;
    for (const spanId of options.openSpanIds(traceId)) if (!strays.has(spanId)) addStray(spanId, before);
  }

  /** One that is forgotten, since too many never end, counts as a span of the stay in which it ends. */
  function addStray(spanId: string, stay: Stay<Item>): void {
    const [oldest] = strays.size >= MAX_STRAYS ? strays.keys() : [];
    if (oldest !== undefined) strays.delete(oldest);
    strays.set(spanId, stay);
  }

  function enterAgain(entry: Entry<Item>, root: StartedRoot): void {
    entry.openRoots += 1;
    entry.isEnteredAgain = true;
    const head = headOf(root, note, entry.engine);
    // A caller that names no threshold repeats what we have told it.
    const isEcho = entry.isToldSampled && head.isFollowed && head.threshold === undefined;
    if (!isEcho) entry.head = mergeHeads(entry.head, head);
    lingering.delete(entry);
  }

  /** There are more open traces than spans that may be held: the oldest is forgotten, and what ends of it is late. */
  function evictOldest(): void {
    const [oldest] = entries.values();
    if (oldest === undefined) return;
    options.onLimit?.('room');
    if (oldest.outcome === undefined) settle(oldest, decideByHead(oldest));
    remove(oldest);
  }

  function remove(entry: Entry<Item>): void {
    if (entry.isListed) entries.delete(entry.traceId);
    entry.isListed = false;
    if (last === entry) last = undefined;
  }

  function amendmentOf(
    traceId: string,
    { traceState, traceFlags }: Pick<EndedSpan, 'traceState' | 'traceFlags'>,
    { threshold }: Outcome,
    attributes: Amendment['attributes'],
  ): Amendment | undefined {
    // Another caller may have given the trace another randomness than its id.
    const passesId = threshold === undefined || isKept(traceId, threshold);
    // Under a budget, what a span says of its start is no decision yet.
    const written = states.rewrite(traceState, threshold, passesId, hasBudget());
    const flags = isSampled(traceFlags) ? undefined : withSampled(traceFlags);
    if (attributes !== undefined) return { traceState: written, traceFlags: flags, attributes };
    if (written === undefined && flags === undefined) return undefined;
    if (written !== lastAmendment.traceState || flags !== lastAmendment.traceFlags) {
      lastAmendment = { traceState: written, traceFlags: flags, attributes };
    }
    return lastAmendment;
  }

  function follow(
    outcome: Outcome,
    span: EndedSpan,
    attributes: Amendment['attributes'],
    urgency: Urgency = 'owed',
  ): void {
    if (!outcome.isKept) return sink.refuse();
    const item = flow === undefined || heldCount >= limits().bufferedSpans ? undefined : sink.hold();
    if (item === undefined) return sink.pass(amendmentOf(span.traceId, span, outcome, attributes));
    heldCount += 1;
    depart({ traceId: span.traceId, held: [heldSpan(span, item)], outcome, attributes, gone: 0 }, urgency);
  }

  /** It outlived its trace, or its root was never seen. */
  function takeLate(span: EndedSpan): void {
    followLate(stayBefore(span.traceId), span);
  }

  /** @param stay that it is of: its decision, or the trace while it waits for that */
  function followLate(stay: Stay<Item>, span: EndedSpan): void {
    const isWaiting = stay !== undefined && 'held' in stay;
    if (isWaiting && stay.outcome === undefined) return hold(stay, span);
    const outcome = isWaiting ? stay.outcome : stay;
    if (outcome !== undefined) return follow(outcome, span, undefined);
    if (!isSampled(span.traceFlags)) return sink.refuse();
    if (flow === undefined) return sink.pass(undefined);
    follow({ isKept: true, threshold: otIn(span.traceState)?.threshold, rule: '' }, span, undefined); // as even as others
  }

  /** From the first error on other processes are told of a trace that the rules will keep: what they record now is wanted. */
  function promise(entry: Entry<Item>, span: EndedSpan): void {
    // Without a budget the rules keep what is sampled with a share that is no smaller.
    if (entry.isHeadOnly || (entry.head.isSampled && flow === undefined)) return;
    const ratio = entry.engine.watch.ratioOnError(entry.progress, span);
    const threshold = thresholdOf(flow === undefined ? ratio : ratio * flow.errorShare());
    if (threshold === undefined || !isKept(entry.randomness, threshold)) return;
    const field = entry.head.isSampled ? 'confirmedThreshold' : 'promisedThreshold';
    entry[field] = lowerThreshold(threshold, entry[field] ?? threshold);
  }

  function hold(entry: Entry<Item>, span: EndedSpan): void {
    if (!wantsSpan(entry, span, limits().spansPerTrace)) return leaveOut(entry, 'spans');
    while (heldCount >= limits().bufferedSpans && makeRoom());
    const isFull = flow !== undefined && heldCount >= limits().bufferedSpans;
    let item = entry.outcome === undefined && !isFull ? sink.hold() : undefined;
    while (item === undefined && entry.outcome === undefined && makeRoom()) item = sink.hold();
    if (entry.outcome !== undefined) return follow(entry.outcome, span, rootAttributes(entry, span));
    if (item === undefined) return leaveOut(entry, 'room');
    entry.held.push(heldSpan(span, item));
    if (entry.held.length === 1 && entry.isListed) holding.add(entry);
    heldCount += 1;
  }

  function leaveOut(entry: Entry<Item>, limit: LimitEvent): void {
    entry.leftOut += 1;
    leftOutCount += 1;
    options.onLimit?.(limit);
  }

  const rootAttributes = (entry: Entry<Item>, span: Pick<EndedSpan, 'parentSpanId' | 'isParentRemote'>) =>
    isLocalRoot(span) ? attributesOf(entry) : undefined;

  /** Makes room, and tells whether there may be more to be made: what a budget keeps does not leave at once. */
  const makeRoom = (): boolean => demoteOldest() && flow === undefined;

  /** Lets the start of the trace decide that holds spans longest; false when none does. */
  function demoteOldest(): boolean {
    const [oldest] = holding;
    if (oldest === undefined) return false;
    options.onLimit?.('room');
    settle(oldest, decideByHead(oldest));
    return true;
  }

  /** Takes from an ended span what is to be known of it whether it is held or not. */
  function noteEnded(entry: Entry<Item>, span: EndedSpan): void {
    const { outcome } = entry;
    if (hasBudget() && entry.balanceKey === '' && isLocalRoot(span)) {
      entry.balanceKey = balanceKeyOf(entry.engine.policy.base.balance, span);
    }
    if (engine.baselines.isNeeded) engine.baselines.note(span, isLocalRoot(span), time);
    if (outcome === undefined || entry.isRuleOpen) entry.engine.watch.note(entry.progress, span);
    if (outcome === undefined && span.status.code === ERROR) promise(entry, span);
  }

  /** Tells a local root that is the last open span of its trace, where there is room for it whatever is decided. */
  function isLastSpan(entry: Entry<Item>, root: EndedSpan): boolean {
    if (entry.outcome !== undefined || entry.openRoots !== 1 || entry.openSpans !== 1) return false;
    if (!isLocalRoot(root) || isOfEarlierStay(entry, root)) return false;
    if (entry.engine.watch.keepsSpans) return false; // functions of rules may ask about it later
    return heldCount < limits().bufferedSpans && !sink.isNearlyFull();
  }

  /** Takes a span with which a trace was finished before the sink had it. */
  function takeLast({ entry, urgency }: LastSpan<Item>, span: EndedSpan): void {
    if (entry.outcome === undefined) return hold(entry, span);
    follow(entry.outcome, span, rootAttributes(entry, span), urgency);
    if (flow !== undefined) pacer.send();
  }

  /**
   * Decides about a trace whose roots have ended, or has the budget do that.
   *
   * @param spans of it that have ended and may leave
   */
  function finish(entry: Entry<Item>, spans = entry.held.length): void {
    if (flow === undefined) return settle(entry, decideNow(entry));
    lingering.delete(entry);
    holding.delete(entry);
    remove(entry);
    flow.offer(entry, spans);
    pacer.send();
  }

  function decideNow(entry: Entry<unknown>): Outcome {
    if (options.decideNow !== undefined) return options.decideNow(entry);
    return flow === undefined ? judge(entry) : flow.decideNow(entry as Entry<Item>);
  }

  /** The budget has decided. Another process may have been told since the trace was offered. */
  function settleEnded(entry: Entry<Item>, outcome: Outcome, urgency: Urgency): void {
    const isBroken = !outcome.isKept && entry.isToldSampled;
    const now = isBroken ? 'owed' : urgency;
    if (lastSpan?.entry === entry) lastSpan.urgency = now;
    settle(entry, isBroken ? decideByHead(entry) : outcome, now);
  }

  function settle(entry: Entry<Item>, outcome: Outcome, urgency: Urgency = 'owed'): void {
    entry.outcome = outcome;
    lingering.delete(entry);
    if (!isSaidBySpans(entry, outcome)) decided.note(entry.traceId, outcome);
    options.onVerdict?.(entry.traceId, outcome.isKept);
    empty(entry, outcome, urgency);
    if (entry.openRoots === 0) remove(entry);
  }

  /** Hands on what is held of a trace, or lets go of it. */
  function empty(entry: Entry<Item>, outcome: Outcome, urgency: Urgency): void {
    const { held, leftOut } = entry;
    const attributes = outcome.isKept && held.length > 0 ? attributesOf(entry) : undefined;
    holding.delete(entry);
    entry.held = [];
    entry.leftOut = 0;
    if (outcome.isKept) entry.leftOutOfKept += leftOut;
    entry.needed = undefined;
    leftOutCount -= leftOut;
    if (leftOut > 0) sink.leaveOut(leftOut, outcome.isKept);
    if (!outcome.isKept) return held.forEach(discard);
    const kept = entry.isCut ? connected(entry, held) : held;
    depart({ traceId: entry.traceId, held: kept, outcome, attributes, gone: 0 }, urgency);
  }

  function discard(span: HeldSpan<Item>): void {
    heldCount -= 1;
    sink.discard(span);
  }

  function depart(departure: Departure<Item>, urgency: Urgency): void {
    if (departure.held.length === 0) return;
    if (flow === undefined) return sendNext(departure, departure.held.length);
    if (urgency === 'owed') flow.spend(departure.held.length);
    pacer.queue(departure, departure.held.length, urgency);
  }

  function sendNext(departure: Departure<Item>, spans: number): void {
    const { traceId, held, outcome, attributes } = departure;
    for (let left = spans; left > 0; left -= 1) {
      const span = held[departure.gone++] as HeldSpan<Item>;
      heldCount -= 1;
      sink.release(span, amendmentOf(traceId, span, outcome, isLocalRoot(span) ? attributes : undefined));
    }
  }

  /** Without spans whose parent was let go of at an earlier age of the trace. */
  function connected(entry: Entry<Item>, held: readonly HeldSpan<Item>[]): readonly HeldSpan<Item>[] {
    const { kept, orphans } = withoutOrphans(held, options.openSpanIds(entry.traceId));
    for (const span of orphans) discard(span);
    return kept;
  }

  /** Decides about a trace that is open longer than it may wait. If it is dropped, what ends from now on is judged anew. */
  function cut(entry: Entry<Item>): void {
    options.onLimit?.('age');
    const outcome = flow === undefined ? judgeOpen(entry) : flow.decideNow(entry);
    if (outcome.isKept) return settle(entry, outcome);
    options.onVerdict?.(entry.traceId, false);
    empty(entry, outcome, 'rest');
    beginAgain(entry);
  }

  function tickAges(): void {
    for (let left = entries.size; left > 0; left -= 1) {
      const [oldest] = entries.values();
      const age = oldest === undefined ? 0 : time - oldest.beganAt;
      if (oldest === undefined || (age >= 0 && age < limits().traceAge)) return;
      oldest.beganAt = time;
      entries.delete(oldest.traceId); // and to the end of the row
      entries.set(oldest.traceId, oldest);
      if (age > 0 && oldest.outcome === undefined && oldest.openRoots > 0) cut(oldest);
    }
  }

  /** Has the budget decide about all that waits, and all that is kept leave. */
  function leave(): void {
    flow?.closeAll();
    pacer.sendAll();
  }

  return {
    rootStarted(root) {
      time = now();
      const entry = entries.get(root.traceId);
      if (entry === undefined) begin(root);
      else enterAgain(entry, root);
      note = undefined;
    },
    spanStarted(traceId, spanId, parentSpanId) {
      if (strays.size > 0 && spanId !== undefined) {
        if (parentSpanId !== undefined && strays.has(parentSpanId)) {
          return addStray(spanId, strays.get(parentSpanId));
        }
        strays.delete(spanId); // a root that was counted among the open ones before it started
      }
      const entry = find(traceId);
      if (entry !== undefined) entry.openSpans += 1;
      else if (spanId !== undefined && parentSpanId !== undefined) addStray(spanId, decided.get(traceId));
    },
    take(span) {
      const finished = lastSpan;
      lastSpan = undefined;
      if (finished?.spanId === span.spanId && finished.entry.traceId === span.traceId) return takeLast(finished, span);
      if (strays.size > 0 && strays.has(span.spanId)) return followLate(strays.get(span.spanId), span);
      const entry = find(span.traceId);
      if (entry === undefined || isOfEarlierStay(entry, span)) return takeLate(span);
      const { outcome } = entry;
      noteEnded(entry, span);
      if (outcome === undefined) hold(entry, span);
      else follow(outcome, span, rootAttributes(entry, span));
    },
    letsGo(root) {
      const entry = strays.size > 0 ? undefined : find(root.traceId);
      if (entry === undefined || !isLastSpan(entry, root)) return false;
      noteEnded(entry, root);
      entry.openSpans = 0;
      entry.openRoots = 0;
      const finished: LastSpan<Item> = { entry, spanId: root.spanId, urgency: 'owed' };
      lastSpan = finished;
      finish(entry, entry.held.length + 1);
      const isLetGo = entry.outcome?.isKept === false;
      lastSpan = isLetGo ? undefined : finished; // what follows from a decision may be others
      if (isLetGo) sink.refuse();
      return isLetGo;
    },
    passesOn(traceId) {
      if (strays.size > 0 || flow !== undefined) return false; // some may be of an earlier stay
      const entry = find(traceId);
      return entry?.outcome?.isKept === true && entry.isPlain && !entry.isEnteredAgain && !engine.baselines.isNeeded;
    },
    spanEnded(traceId, isRoot, spanId) {
      if (strays.size > 0 && spanId !== undefined && strays.delete(spanId)) return;
      const entry = find(traceId);
      if (entry === undefined) return;
      entry.openSpans -= 1;
      if (isRoot) entry.openRoots -= 1;
      if (entry.openRoots > 0) return;
      if (entry.outcome !== undefined) {
        if (!isSaidBySpans(entry, entry.outcome)) decided.note(traceId, entry.outcome);
        remove(entry);
      } else if (entry.openSpans <= 0) finish(entry);
      else if (isRoot) {
        time = now();
        entry.endedAt = time;
        lingering.add(entry);
      }
    },
    contextInjected(traceId) {
      const entry = findHere(traceId);
      if (entry === undefined) return;
      if (entry.head.isSampled || isPromoted(entry)) noteTold(entry, flow !== undefined);
      else entry.isToldDropped = true;
    },
    isPromoted(traceId) {
      const entry = findHere(traceId);
      return entry === undefined ? decided.get(traceId)?.isKept === true : isPromoted(entry);
    },
    isWanted(traceId) {
      const entry = findHere(traceId);
      const outcome = entry === undefined ? decided.get(traceId) : entry.outcome;
      return outcome === undefined ? entry !== undefined : outcome.isKept;
    },
    isOpen: (traceId) => find(traceId) !== undefined,
    isOverloaded: () =>
      heldCount >= limits().bufferedSpans * NEARLY_FULL || sink.isNearlyFull() || flow?.isOverfull() === true,
    noteHead: (next) => void (note = next),
    setEngine(next) {
      const before = flow;
      engine = next;
      flow = flowOf(next);
      before?.closeAll();
      if (flow === undefined) pacer.sendAll();
    },
    engine: () => engine,
    tick() {
      time = now();
      for (const entry of lingering) {
        const waited = time - entry.endedAt;
        if (waited >= 0 && waited < limits().linger) break;
        finish(entry);
      }
      tickAges();
      flow?.tick();
      pacer.send();
    },
    nextDue() {
      const [lingers] = lingering;
      const [oldest] = entries.values();
      const due = Math.min(
        oldest === undefined ? Infinity : oldest.beganAt + limits().traceAge,
        lingers === undefined ? Infinity : lingers.endedAt + limits().linger,
        flow?.nextDue() ?? Infinity,
        pacer.queued() === 0 ? Infinity : now() + millisToNextSlot(sharing.now()),
      );
      return due === Infinity ? undefined : due;
    },
    decideEnded() {
      for (const entry of entries.values()) {
        if (entry.openRoots === 0 && entry.outcome === undefined) finish(entry);
      }
      leave();
    },
    decideAll() {
      for (const entry of entries.values()) if (entry.outcome === undefined) finish(entry);
      leave();
    },
    decideNow(entry) {
      const outcome = decideNow(entry);
      if (outcome.isKept) flow?.spend(entry.held.length);
      return outcome;
    },
    held: () => heldCount,
    undecided: () => heldCount + leftOutCount,
  };
}

/** The time that a trace was here: its decision, or the trace itself while that is to come. */
type Stay<Item> = Outcome | Entry<Item> | undefined;

function heldSpan<Item>(
  { spanId, parentSpanId, isParentRemote, traceFlags, traceState }: EndedSpan,
  item: Item,
): HeldSpan<Item> {
  return { item, spanId, parentSpanId, isParentRemote, traceFlags, traceState };
}

/**
 * A span has the flag of its root: a sampled one started below a root of an earlier stay, where no root of this one is
 * sampled. A caller may have repeated what it was told of this one, which is then kept anyway.
 */
function isOfEarlierStay({ head, isToldSampled }: Entry<unknown>, { traceFlags }: EndedSpan): boolean {
  return isSampled(traceFlags) && !head.isSampled && !isToldSampled;
}

/** Spans of it that started unsampled are known as sampled from now on. */
function isPromoted({ outcome, promisedThreshold }: Entry<unknown>): boolean {
  return outcome === undefined ? promisedThreshold !== undefined : outcome.isKept;
}

/** Under a budget, what is promised later says nothing of those that have been told. */
function noteTold(entry: Entry<unknown>, hasBudget: boolean): void {
  const { head, promisedThreshold, confirmedThreshold } = entry;
  entry.isToldSampled = true;
  if (!hasBudget) return;
  entry.toldThreshold = lowerThreshold(lowerThreshold(head.threshold, promisedThreshold), confirmedThreshold);
}
