import { checkedSampler, createThresholdSampler, KEEP_NONE, type SamplingIntent } from './threshold-sampler.ts';
import type { SpanStart, ThresholdSampler } from './threshold-sampler.ts';

const SAMPLED = 0b1;

/** Options of `parentThreshold`. */
export interface ParentThresholdOptions {
  /** Decides about spans without a parent. */
  readonly root: ThresholdSampler;
}

/**
 * Does as the parent does, so that traces are whole: the parent's sampled flag decides, and `root` where there is no parent.
 * The parent's threshold goes on where it explains the flag. It is removed from a trace that somebody kept for another
 * reason, and from one that is not kept.
 *
 * @throws SamplingOptionError when `root` is no sampler of this package
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/#parent-based-threshold
 */
export function parentThreshold(options: ParentThresholdOptions): ThresholdSampler {
  const atRoot = checkedSampler('parentThreshold.root', options?.root);
  return createThresholdSampler(
    () => `ParentThreshold{root=${atRoot.toString()}}`,
    (start) => (start.parent === undefined ? atRoot.intentFor(start) : intentOf(start.parent, start.ot)),
  );
}

/** Follows the sampled flag. The parent's threshold goes on only where the randomness passes it. */
function intentOf({ traceFlags }: NonNullable<SpanStart['parent']>, ot: SpanStart['ot']): SamplingIntent {
  if ((traceFlags & SAMPLED) === 0) return KEEP_NONE;
  return ot?.threshold === undefined
    ? KEPT_ELSEWHERE
    : { threshold: ot.threshold, isCountKnown: true, isPromised: true };
}

const KEPT_ELSEWHERE: SamplingIntent = { threshold: undefined, isCountKnown: false, isPromised: true };
