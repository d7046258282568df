import { trace, type Context, type Span } from '@opentelemetry/api';
import type { Sampler, SamplingDecision, SamplingResult } from '@opentelemetry/sdk-trace';

import { readOt, withThreshold } from '../ot-state.ts';
import { spanContextIn } from '../threshold-sampler.ts';
import { isDebug } from './debug-mark.ts';
import { createDecisionCache } from './decision-cache.ts';
import { isSampled } from './ended-span.ts';
import type { PolicyEngine } from './policy-engine.ts';
import { isRefused } from './trace-entry.ts';
import type { TraceTable } from './trace-table.ts';

// By number: the enumeration is a part of the SDK, which is loaded by whoever uses a sampler.
const NOT_RECORD: SamplingDecision = 0;
const RECORD: SamplingDecision = 1;
const RECORD_AND_SAMPLED: SamplingDecision = 2;

const RECORDED: SamplingResult = Object.freeze({ decision: RECORD });
const KEPT: SamplingResult = Object.freeze({ decision: RECORD_AND_SAMPLED });
const REFUSED: SamplingResult = Object.freeze({ decision: NOT_RECORD });

const SECOND = 1000;

/** A sampler that knows what it has refused. */
export interface PolicySampler extends Sampler {
  /** Whether the span of a context was refused: nobody will see it, whatever becomes of its trace. */
  isRefused(context: Context): boolean;
}

/**
 * The sampler of the policy that is in force: it decides as `headSampler` does, and lets what it does not keep be recorded,
 * without the sampled flag, where the tail rules may keep it. It does not where a head rule has a ratio of 0, where the
 * policy has no tail rules, and while the table has too little room. Never throws.
 */
export function createPolicySampler(table: TraceTable, now: () => number): PolicySampler {
  const takesDebug = createDebugLimit(now);
  const refusals = createRefusals();
  const refuse = (traceId: string, result: SamplingResult): SamplingResult => {
    refusals.note(traceId);
    return result;
  };
  return {
    shouldSample(context, traceId, name, kind, attributes, links) {
      const given = spanContextIn(context);
      const parent = given?.traceId === traceId ? given : undefined;
      const isInside = parent !== undefined && parent.isRemote !== true;
      if (isInside && refusals.isBelow(context, parent)) return REFUSED;
      if (isInside && table.isOpen(traceId)) {
        if (isSampled(parent.traceFlags)) return KEPT;
        return table.isWanted(traceId) ? RECORDED : refuse(traceId, REFUSED);
      }
      const engine = table.engine();
      if (!isInside && isDebug(context) && takesDebug(engine)) {
        table.noteHead({ traceId, engine, rule: 'debug', isFollowed: true, isHeadOnly: true, ratio: 1, startRatio: 1 });
        return askedFor(context, traceId);
      }
      const result = engine.head.sampler.shouldSample(context, traceId, name, kind, attributes, links);
      if (isInside) {
        if (result.decision !== NOT_RECORD) return result;
        return table.isWanted(traceId) ? recorded(result) : refuse(traceId, result);
      }
      const rule = engine.head.takeRule();
      const isKept = result.decision !== NOT_RECORD;
      const isHeadOnly = table.isOverloaded();
      if (!isKept && (isHeadOnly || rule?.ratio === 0 || engine.policy.rules.length === 0)) {
        return refuse(traceId, result);
      }
      const ratio = isRefused(engine.policy.upstream, parent?.traceFlags)
        ? 0
        : (rule?.ratio ?? engine.policy.base.ratio);
      const isFollowed = isKept && isFollowedBy(engine, parent);
      const decidedBy = isFollowed ? 'upstream' : (rule?.name ?? 'base');
      const startRatio = ratio * engine.promises.scale();
      table.noteHead({ traceId, engine, rule: decidedBy, isFollowed, isHeadOnly, ratio, startRatio });
      return isKept ? result : recorded(result);
    },
    isRefused(context) {
      const active = spanContextIn(context);
      return active !== undefined && active.isRemote !== true && refusals.isBelow(context, active);
    },
    toString: () => `Tail${table.engine().head.sampler.toString()}`,
  };
}

/** Whether a caller keeps the trace, and the policy respects that. */
function isFollowedBy(
  { policy: { upstream } }: PolicyEngine,
  parent: { readonly traceFlags: number } | undefined,
): boolean {
  return parent !== undefined && isSampled(parent.traceFlags) && upstream.startsWith('respect');
}

function recorded({ traceState }: SamplingResult): SamplingResult {
  return traceState === undefined ? RECORDED : { decision: RECORD, traceState };
}

/** Spans that are not recorded, of traces that may enter the process once more. */
interface Refusals {
  note(traceId: string): void;
  /** Whether the parent is such a span: its children would have no parent to be seen with. */
  isBelow(context: Context, parent: { readonly traceId: string; readonly traceFlags: number }): boolean;
}

const MAX_REFUSALS = 4096;
const NOTED = 1;

function createRefusals(): Refusals {
  const refused = createDecisionCache(MAX_REFUSALS);
  return {
    note: (traceId) => refused.set(traceId, NOTED),
    isBelow: (context, { traceId, traceFlags }) =>
      !isSampled(traceFlags) && isBare(context) && refused.get(traceId) === NOTED,
  };
}

/** Tells a span that is only its context from one that was recorded, and may have ended. */
function isBare(context: Context): boolean {
  const span: Partial<Span> | undefined = trace.getSpan(context); // one that was made by hand may lack anything
  return span !== undefined && !('parentSpanContext' in span) && span.isRecording?.() !== true;
}

/** Nobody knows how many traces one stands for that was asked for. */
function askedFor(context: Context, traceId: string): SamplingResult {
  const given = spanContextIn(context);
  const ot = readOt(given?.traceState);
  if (given?.traceId !== traceId || ot?.threshold === undefined) return KEPT;
  return { decision: RECORD_AND_SAMPLED, traceState: withThreshold(given.traceState, ot, undefined) };
}

/** So many a second; those beyond are sampled as if nobody had asked. */
function createDebugLimit(now: () => number): (engine: PolicyEngine) => boolean {
  let second = 0;
  let count = 0;
  return ({ policy: { debug } }) => {
    if (debug === undefined) return false;
    const current = Math.floor(now() / SECOND);
    if (current !== second) count = 0;
    second = current;
    count += 1;
    return count <= debug.maxPerSecond;
  };
}
