// The sampler of the product under a budget: the trace table, the sampler of a policy and the budget behind them, as a
// process has them: only the clock and the spans are made up. `budgetAlone` is the last of them by itself, for many short
// runs of traces that have no spans.

import { ROOT_CONTEXT, trace as traceApi, createTraceState, TraceFlags, type Context } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import {
  createBudget,
  createDurationBaselines,
  createPacer,
  createPolicyEngine,
  createPolicySampler,
  createSlotGate,
  createTraceTable,
  otIn,
  type Amendment,
  type EndedSpan,
  type HeldSpan,
  type SpanSink,
  type TraceTable,
} from '@clew/sampling/internal';
import { readPolicy, type BudgetPolicy, type Policy } from '@clew/sampling/policy';
import { probabilityOf, thresholdOf } from '@clew/trace-context';

import type { BeginningTrace, MakeContender, Output, Told } from './sampling-contender.ts';
import { traceIdOf, type TraceSummary } from './sampling-workload.ts';

export type Counts = 'exact' | 'calibrated';

/** What the issue of every team is: all errors, all that is slow for its route, and of the rest as much as there is room for. */
function policyOf(budget: number, counts: Counts): Policy {
  const { policy, problems } = readPolicy({
    version: 1,
    budget: { spans_per_second: budget, counts },
    head: [{ name: 'probes', match: { path: '/healthz' }, ratio: 0 }],
    rules: [
      { name: 'errors', match: { error: true }, ratio: 1 },
      { name: 'slow', match: { slower_than: { quantile: 0.99, per: 'http.route' } }, ratio: 1 },
    ],
    base: { ratio: 1, balance: { by: ['http.route'] } },
  });
  if (policy === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return policy;
}

/** Longest wait of the rest for its decision, in seconds. */
const WINDOW_SECONDS: Readonly<Record<Counts, number>> = { exact: 5, calibrated: 10 };

/** All of the product that decides. A trace is a root and children that end before it. */
export function product(counts: Counts): MakeContender {
  return ({ output, now, budget }) => {
    const policy = policyOf(budget, counts);
    const sink = createSink(output, now);
    const table = createTraceTable<TraceSummary>({
      engine: createPolicyEngine(policy, { resource: {}, now }),
      sink,
      now,
      openSpanIds: () => NO_SPANS,
    });
    const begin = createStart(table, now);
    const begun = new Map<number, Begun>();
    return {
      begins(trace, caller) {
        const started = begin(trace, caller);
        if (started === undefined) return { isSampled: false, threshold: undefined };
        begun.set(trace.id, started);
        table.contextInjected(started.traceId);
        return toldBy(started);
      },
      ended(trace) {
        const started = begun.get(trace.id) ?? begin(trace, undefined);
        begun.delete(trace.id);
        if (started !== undefined) endAll(table, sink, trace, started);
      },
      tick: () => table.tick(),
      held: () => table.held(),
      windowSeconds: WINDOW_SECONDS[counts],
      carried: () => 0,
    };
  };
}

/** The budget, the way out behind it, and what tells slow traces. */
export function budgetAlone(counts: Counts): MakeContender {
  return ({ output, now, budget: spansPerSecond }) => {
    const policy = policyOf(spansPerSecond, counts);
    const baselines = createDurationBaselines(policy);
    const pacer = createPacer<Kept>({
      gate: createSlotGate(new BigInt64Array(1), () => spansPerSecond, now),
      maxOwed: () => Infinity,
      onOvershoot() {},
      send(kept, spans) {
        if (kept.isLeaving) return output.exportedSpans(kept.trace, spans, now());
        kept.isLeaving = true;
        output.exported(kept.trace, 1 / probabilityOf(kept.threshold), now(), spans);
      },
    });
    const budget = createBudget<TraceSummary>({
      policy: policy.budget as BudgetPolicy,
      maxKeys: 500,
      now,
      queued: pacer.queued,
      rate: () => spansPerSecond / 1000,
      sink: {
        keep: (trace, threshold, lane) => pacer.queue({ trace, threshold, isLeaving: false }, trace.spans, lane),
        drop() {},
      },
    });
    return {
      ended(trace) {
        if (trace.isProbe) return;
        const root = spanOf(trace, NOWHERE, true);
        baselines.note(root, true, now());
        const slowFrom = baselines.quantileOf(0.99, 'http.route', trace.route, 'root') ?? Infinity;
        const lane = trace.isError ? 'errors' : trace.durationMillis > slowFrom ? 'slow' : 'rest';
        const key = JSON.stringify([trace.route]);
        const { spans } = trace;
        budget.offer(trace, { lane, key, spans, randomness: traceIdOf(trace), ...ANY });
        pacer.send();
      },
      tick() {
        budget.tick();
        pacer.send();
      },
      held: () => budget.held() + pacer.queued(),
      windowSeconds: WINDOW_SECONDS[counts],
      carried(route) {
        const begin = route === undefined ? '' : `${JSON.stringify([route])} `;
        let sum = 0;
        for (const [name, count] of budget.carried) if (name.startsWith(begin)) sum += count;
        return sum;
      },
    };
  };
}

interface Kept {
  readonly trace: TraceSummary;
  readonly threshold: string;
  isLeaving: boolean;
}

const ANY = { ceiling: 1, floor: 0, given: 1, weight: 1 };

const NO_SPANS: ReadonlySet<string> = new Set();

/** A trace as it was let in. */
interface Begun {
  readonly traceId: string;
  readonly traceFlags: number;
  readonly traceState: string;
  readonly isParentRemote: boolean;
}

function createStart(
  table: TraceTable,
  now: () => number,
): (trace: BeginningTrace, caller: Told | undefined) => Begun | undefined {
  const sampler = createPolicySampler(table, now);
  return (trace, caller) => {
    const traceId = traceIdOf(trace);
    const attributes = { 'url.path': trace.isProbe ? '/healthz' : '/' };
    const context = contextOf(traceId, caller);
    const result = sampler.shouldSample(context, traceId, '', 1, attributes, []);
    const { decision, traceState = traceApi.getSpanContext(context)?.traceState } = result;
    if (decision === SamplingDecision.NOT_RECORD) return undefined;
    const begun: Begun = {
      traceId,
      traceFlags: decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE,
      traceState: traceState?.serialize() ?? '',
      isParentRemote: caller !== undefined,
    };
    table.rootStarted({ ...begun, parentFlags: caller === undefined ? undefined : flagsOf(caller) });
    table.spanStarted(traceId, ROOT_ID);
    return begun;
  };
}

const flagsOf = ({ isSampled }: Told): number => (isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE);

function contextOf(traceId: string, caller: Told | undefined): Context {
  if (caller === undefined) return ROOT_CONTEXT;
  const threshold = caller.threshold === undefined ? undefined : thresholdOf(1 - caller.threshold);
  return traceApi.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: ROOT_ID,
    traceFlags: flagsOf(caller),
    isRemote: true,
    ...(threshold !== undefined && { traceState: createTraceState(`ot=th:${threshold}`) }),
  });
}

function toldBy({ traceFlags, traceState }: Begun): Told {
  const sampled: number = TraceFlags.SAMPLED;
  const isSampled = traceFlags === sampled;
  const threshold = isSampled ? otIn(traceState)?.threshold : undefined;
  return { isSampled, threshold: threshold === undefined ? undefined : 1 - probabilityOf(threshold) };
}

const NOWHERE: Begun = { traceId: '', traceFlags: 0, traceState: '', isParentRemote: false };

const ROOT_ID = '00000000000000aa';
const CHILD_ID = '00000000000000bb';

function endAll(table: TraceTable, sink: Sink, trace: TraceSummary, begun: Begun): void {
  const { traceId } = begun;
  const child = spanOf(trace, begun, false);
  for (let left = trace.spans - 1; left > 0; left--) {
    table.spanStarted(traceId, CHILD_ID, ROOT_ID);
    sink.take(trace, () => table.take(child));
    table.spanEnded(traceId, false, CHILD_ID);
  }
  sink.take(trace, () => table.take(spanOf(trace, begun, true)));
  table.spanEnded(traceId, true, ROOT_ID);
}

function spanOf(
  { durationMillis, isError, route }: TraceSummary,
  { traceId, traceFlags, traceState, isParentRemote }: Begun,
  isRoot: boolean,
): EndedSpan {
  return {
    traceId,
    spanId: isRoot ? ROOT_ID : CHILD_ID,
    traceFlags,
    traceState,
    parentSpanId: isRoot ? (isParentRemote ? CHILD_ID : undefined) : ROOT_ID,
    isParentRemote: isRoot && isParentRemote,
    name: route,
    kind: 1,
    status: { code: isRoot && isError ? 2 : 0 },
    durationMillis,
    resource: NO_RESOURCE,
    attribute: (key) => (key === 'http.route' && isRoot ? route : undefined),
  };
}

const NO_RESOURCE = { attributes: {} };

interface Sink extends SpanSink<TraceSummary> {
  take(trace: TraceSummary, work: () => void): void;
}

function createSink(output: Output, now: () => number): Sink {
  let current: TraceSummary | undefined;
  const started = new WeakSet<TraceSummary>();
  return {
    take(trace, work) {
      current = trace;
      work();
    },
    hold: () => current,
    release({ item, traceState }: HeldSpan<TraceSummary>, amendment: Amendment | undefined) {
      if (!started.has(item)) {
        started.add(item);
        const threshold = otIn(amendment?.traceState ?? traceState)?.threshold;
        output.exported(item, threshold === undefined ? undefined : 1 / probabilityOf(threshold), now(), 1);
      } else output.exportedSpans(item, 1, now());
    },
    pass: () => undefined,
    refuse() {},
    discard() {},
    leaveOut() {},
    isNearlyFull: () => false,
  };
}
