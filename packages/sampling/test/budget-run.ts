// A budget in a process whose clock the test moves: what is kept waits in a queue and leaves in slots of a tenth of a second.

import { probabilityOf } from '@clew/trace-context';

import { createBudget, type Budget } from '../src/budget/budget.ts';
import type { Demand, Lane } from '../src/budget/demand.ts';
import { createPacer } from '../src/budget/pacer.ts';
import { createSlotGate } from '../src/budget/slot-gate.ts';
import type { BudgetPolicy } from '../src/policy/policy.ts';
import { demandOf } from './budget-traces.ts';

const SLOT = 100; // milliseconds

/** A trace that was offered, and what became of it. */
export interface OfferedTrace {
  readonly demand: Demand;
  /** Of all traces that were offered. */
  readonly place: number;
  /** How often it was kept or dropped. */
  decisions: number;
  threshold: string | undefined;
  lane: Lane | undefined;
}

export interface BudgetRun {
  readonly budget: Budget<OfferedTrace>;
  readonly offered: readonly OfferedTrace[];
  readonly clock: { at: number };
  /** Spans that have left, and those that are kept and have not. */
  sent(): number;
  queued(): number;
  offer(part: Partial<Demand>): OfferedTrace;
  /** Lets time pass, in steps of a slot. */
  pass(millis: number): void;
  closeAll(): void;
}

export type BudgetRunOptions = Partial<BudgetPolicy> & { readonly maxKeys?: number };

export function createBudgetRun({ maxKeys = 500, ...policy }: BudgetRunOptions = {}): BudgetRun {
  const whole: BudgetPolicy = { spansPerSecond: 100, keepShare: 0.6, burst: 5000, counts: 'exact', ...policy };
  const clock = { at: 1_000_000 };
  const now = () => clock.at;
  const offered: OfferedTrace[] = [];
  let sent = 0;
  const gate = createSlotGate(new BigInt64Array(1), () => whole.spansPerSecond, now);
  const pacer = createPacer<OfferedTrace>({
    gate,
    send: (_, spans) => void (sent += spans),
    maxOwed: () => Infinity,
    onOvershoot() {},
  });
  const budget = createBudget<OfferedTrace>({
    policy: whole,
    maxKeys,
    now,
    queued: () => pacer.queued(),
    rate: () => whole.spansPerSecond / 1000,
    sink: {
      keep(trace, threshold, lane) {
        trace.decisions += 1;
        trace.threshold = threshold;
        trace.lane = lane;
        pacer.queue(trace, trace.demand.spans, lane);
      },
      drop: (trace) => void (trace.decisions += 1),
    },
  });
  return {
    budget,
    offered,
    clock,
    sent: () => sent,
    queued: () => pacer.queued(),
    offer(part) {
      const trace: OfferedTrace = {
        demand: demandOf(part),
        place: offered.length,
        decisions: 0,
        threshold: undefined,
        lane: undefined,
      };
      offered.push(trace);
      budget.offer(trace, trace.demand);
      return trace;
    },
    pass(millis) {
      for (const end = clock.at + millis; clock.at < end;) {
        clock.at = Math.min(end, clock.at + SLOT);
        budget.tick();
        pacer.send();
      }
    },
    closeAll: () => budget.closeAll(),
  };
}

/** Traces that are kept, of those that were offered. */
export const keptOf = (offered: readonly OfferedTrace[]): readonly OfferedTrace[] =>
  offered.filter(({ threshold }) => threshold !== undefined);

/** Number of traces that one stands for. */
export const countOf = ({ threshold }: Pick<OfferedTrace, 'threshold'>): number =>
  threshold === undefined ? 0 : 1 / probabilityOf(threshold);

export const spansOf = (offered: readonly OfferedTrace[]): number =>
  offered.reduce((sum, { demand }) => sum + demand.spans, 0);
