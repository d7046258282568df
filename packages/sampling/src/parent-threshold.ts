import { checkedSampler, createThresholdSampler, KEEP_NONE, type SamplingIntent } from './threshold-sampler.ts';
import type { SpanStart, ThresholdSampler } from './threshold-sampler.ts';
import { isKept, REJECT_NOTHING } from './is-kept.ts';

const SAMPLED = 0b1;

/** Who decides where there is no parent. */
export interface ParentThresholdOptions {
  readonly root: ThresholdSampler;
}

/** The parent is kept, and nobody knows how many traces it stands for. */
const KEEP_UNCOUNTED: SamplingIntent = { threshold: REJECT_NOTHING, isCountKnown: false };

/**
 * Does as the parent does, so that traces are whole: the parent's sampled flag decides, and `root` where there is no parent.
 * The parent's threshold goes on where it explains the flag. Otherwise, on a trace that somebody kept for another
 * reason or on one that is not kept, it is taken out.
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

function intentOf({ traceFlags, traceId }: NonNullable<SpanStart['parent']>, ot: SpanStart['ot']): SamplingIntent {
  if ((traceFlags & SAMPLED) === 0) return KEEP_NONE;
  const threshold = ot?.threshold;
  const explains = threshold !== undefined && isKept(ot?.randomness ?? traceId, threshold);
  return explains ? { threshold, isCountKnown: true } : KEEP_UNCOUNTED;
}
