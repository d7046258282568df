import { createBudget } from '../budget/budget.ts';
import type { BudgetSharing } from '../budget/budget-sharing.ts';
import type { Urgency } from '../budget/pacer.ts';
import { DEFAULT_MAX_KEYS } from '../policy/policy.ts';
import { claimOf } from './claim.ts';
import { DROPPED, type Outcome } from './outcome.ts';
import type { PolicyEngine } from './policy-engine.ts';
import type { Entry } from './trace-entry.ts';

/** Traces on their way through the budget of a policy. */
export interface BudgetFlow<Item> {
  /**
   * Takes a trace that has ended, and concludes it now or later.
   *
   * @param spans of it: one of them may not be held yet
   */
  offer(entry: Entry<Item>, spans: number): void;
  /** Decides about a trace at once, by what the budget was lately. What leaves of it has to be counted by `spend`. */
  decideNow(entry: Entry<Item>): Outcome;
  /** The trace of this id that waits here. */
  find(traceId: string): Entry<Item> | undefined;
  /** Counts spans that leave whatever the budget says. */
  spend(spans: number): void;
  tick(): void;
  nextDue(): number | undefined;
  /** Concludes all. */
  closeAll(): void;
  /** More waits than can be needed. */
  isOverfull(): boolean;
  /** The share of its errors that a trace may promise. */
  errorShare(): number;
}

/** Surroundings of a flow. */
export interface BudgetFlowOptions<Item> {
  readonly sharing: BudgetSharing;
  now(): number;
  /** Spans that are kept and have not left. */
  queued(): number;
  /** Takes the decision about a trace that was offered. */
  conclude(entry: Entry<Item>, outcome: Outcome, urgency: Urgency): void;
}

const SECOND = 1000;

/** The flow of an engine; `undefined` where its policy has no budget. */
// oxlint-disable-next-line max-lines-per-function -- its functions close over one budget; none is long
export function createBudgetFlow<Item>(
  { policy: { budget: policy, base, limits }, promises }: PolicyEngine,
  { sharing, now, queued, conclude }: BudgetFlowOptions<Item>,
): BudgetFlow<Item> | undefined {
  if (policy === undefined) return undefined;
  const waiting = new Map<string, Entry<Item>>();
  const budget = createBudget<Waiting<Item>>({
    policy,
    maxKeys: base.balance?.maxKeys ?? DEFAULT_MAX_KEYS,
    maxWaiting: limits.bufferedSpans,
    now,
    queued,
    rate: () => (policy.spansPerSecond / SECOND) * sharing.share(),
    sink: {
      keep: ({ entry, rule }, threshold, lane) => leave(entry, { isKept: true, threshold, rule }, lane),
      drop: ({ entry }) => leave(entry, DROPPED, 'rest'),
    },
  });
  let turnedAt = now();
  /** The one that is being offered: most are decided about at once, and never wait. */
  let offered: Entry<Item> | undefined;

  function leave(entry: Entry<Item>, outcome: Outcome, urgency: Urgency): void {
    if (entry === offered) {
      offered = undefined;
      waiting.delete(entry.traceId); // an earlier stay of the trace
    } else if (waiting.get(entry.traceId) === entry) waiting.delete(entry.traceId);
    conclude(entry, outcome, urgency);
  }

  function wait(entry: Entry<Item>): void {
    waiting.set(entry.traceId, entry);
  }

  /** Of traces that others were told of it counts what the start keeps, whether it has kept this one or not. */
  function note({ isToldSampled, isToldDropped, headRatio }: Entry<Item>, spans: number): void {
    sharing.report(spans);
    if (isToldSampled || isToldDropped) promises.note(spans * headRatio);
  }

  return {
    offer(entry, spans) {
      const claim = claimOf(entry, spans);
      note(entry, spans);
      if (claim.outcome !== undefined) return conclude(entry, claim.outcome, 'owed');
      if (offered !== undefined) wait(offered); // what became of others has another one offered
      offered = entry;
      budget.offer({ entry, rule: claim.rule }, claim.demand);
      if (offered === entry) {
        offered = undefined;
        wait(entry);
      }
    },
    decideNow(entry) {
      const claim = claimOf(entry, entry.held.length);
      note(entry, entry.held.length);
      if (claim.outcome !== undefined) return claim.outcome;
      const threshold = budget.decide(claim.demand);
      return threshold === undefined ? DROPPED : { isKept: true, threshold, rule: claim.rule };
    },
    find: (traceId) => (offered?.traceId === traceId ? offered : waiting.get(traceId)),
    spend: budget.spend,
    tick() {
      budget.tick();
      const elapsed = now() - turnedAt;
      if (elapsed >= 0 && elapsed < SECOND) return;
      turnedAt = now();
      promises.turn(elapsed, budget.restRate());
      sharing.turn();
    },
    nextDue: budget.nextDue,
    closeAll: budget.closeAll,
    isOverfull: budget.isOverfull,
    errorShare: budget.errorShare,
  };
}

/** A trace that competes, and the name for its `sampling.rule`. */
interface Waiting<Item> {
  readonly entry: Entry<Item>;
  readonly rule: string;
}
