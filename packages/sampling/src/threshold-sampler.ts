import {
  trace,
  type Attributes,
  type Context,
  type Link,
  type SpanContext,
  type SpanKind,
  type TraceState,
} from '@opentelemetry/api';
import type { OtMember } from '@clew/trace-context';
import type { Sampler, SamplingDecision, SamplingResult } from '@opentelemetry/sdk-trace';

import { isKept } from './is-kept.ts';
import { readOt, saysThreshold, withThreshold } from './ot-state.ts';
import { unexpected } from './sampling-option-error.ts';

/**
 * A sampler of OpenTelemetry's, for `new TracerProvider({ sampler })`, that decides by a threshold: a span is kept when the
 * randomness of its trace is no less. `intentFor` names the threshold without knowing the randomness: that keeps the counts
 * of kept spans true, and lets samplers of this package be made of each other. Never throws.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#composablesampler
 */
export interface ThresholdSampler extends Sampler {
  intentFor(start: SpanStart): SamplingIntent;
}

/** Facts about a span that are known before it is made; the randomness of its trace is not among them. Read only. */
export interface SpanStart {
  readonly context: Context;
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Readonly<Attributes>;
  readonly links: readonly Link[];
  /** The parent, local or remote; `undefined` for the root of a trace, whose id is not that of a span in the context. */
  readonly parent: SpanContext | undefined;
  /** OpenTelemetry's part of the parent's `tracestate`. */
  readonly ot: OtMember | undefined;
}

/** A sampler's wish for one span, made without its randomness. */
export interface SamplingIntent {
  /** Hex digits as in `th`, without trailing zeros; `undefined` keeps none. */
  readonly threshold: string | undefined;
  /**
   * True when each kept span stands for 1 / probability of them: the threshold is then written as `th`. Otherwise kept spans
   * carry none.
   */
  readonly isCountKnown: boolean;
  /** True when others have kept the trace: the span is kept even if its randomness does not pass, then without a `th`. */
  readonly isPromised: boolean;
}

/** Keeps none. */
export const KEEP_NONE: SamplingIntent = { threshold: undefined, isCountKnown: false, isPromised: false };

// By number: the enumeration is a part of the SDK, which is loaded by whoever uses a sampler.
const NOT_RECORD: SamplingDecision = 0;
const RECORD_AND_SAMPLED: SamplingDecision = 2;

const DROPPED: SamplingResult = Object.freeze({ decision: NOT_RECORD });
const KEPT: SamplingResult = Object.freeze({ decision: RECORD_AND_SAMPLED });

/** A sampler that decides by what `intentFor` says, and writes the threshold or takes it out. */
export function createThresholdSampler(
  describe: () => string,
  intentFor: (start: SpanStart) => SamplingIntent,
): ThresholdSampler {
  return {
    intentFor,
    shouldSample(context, traceId, name, kind, attributes, links) {
      const given = spanContextIn(context);
      const parent = given?.traceId === traceId ? given : undefined;
      const ofGiven = readOt(given?.traceState);
      // From an invalid parent a root takes explicit randomness only: so an application can choose it.
      const isTakenOver = parent !== undefined || ofGiven?.randomness !== undefined;
      const ot = isTakenOver ? ofGiven : undefined;
      const { threshold, isCountKnown, isPromised } = intentFor({ context, name, kind, attributes, links, parent, ot });
      const passes = threshold !== undefined && isKept(ot?.randomness ?? traceId, threshold);
      const traceState = isTakenOver ? given?.traceState : undefined;
      return resultOf(
        passes || isPromised,
        passes && isCountKnown ? threshold : undefined,
        traceState,
        ot,
        parent === undefined,
      );
    },
    toString: describe,
  };
}

/** The span in a context. A context that is none has no span, and flags that are no number are not set. */
export function spanContextIn(context: Context): SpanContext | undefined {
  try {
    const found = trace.getSpanContext(context) ?? undefined; // a parent that was made by hand may be null
    return found === undefined || typeof found.traceFlags === 'number' ? found : { ...found, traceFlags: 0 };
  } catch {
    return undefined;
  }
}

/** The decision, with a trace state where it differs from the parent's, which the SDK takes over by itself. */
function resultOf(
  keeps: boolean,
  threshold: string | undefined,
  traceState: TraceState | undefined,
  ot: OtMember | undefined,
  isRoot: boolean,
): SamplingResult {
  const decided = keeps ? KEPT : DROPPED;
  if (traceState === undefined) return threshold === undefined ? decided : keptAtRoot(threshold);
  if (saysThreshold(ot, threshold)) return isRoot ? { decision: decided.decision, traceState } : decided;
  return { decision: decided.decision, traceState: withThreshold(traceState, ot, threshold) };
}

const atRoot = new Map<string, SamplingResult>(); // a second copy of this module makes the results once more
const MAX_AT_ROOT = 256; // a threshold that follows the load is another one each second

/** One for all traces that begin here. */
function keptAtRoot(threshold: string): SamplingResult {
  let result = atRoot.get(threshold);
  if (result === undefined) {
    result = Object.freeze({
      decision: RECORD_AND_SAMPLED,
      traceState: withThreshold(undefined, undefined, threshold),
    });
    if (atRoot.size >= MAX_AT_ROOT) atRoot.clear();
    atRoot.set(threshold, result);
  }
  return result;
}

/** Returns the sampler, or throws a `SamplingOptionError` if it is not one of this package. */
export function checkedSampler(option: string, sampler: ThresholdSampler | null | undefined): ThresholdSampler {
  if (typeof sampler?.intentFor === 'function' && typeof sampler.shouldSample === 'function') return sampler;
  throw unexpected(option, sampler, 'a sampler of @clew/sampling');
}
