import { createThresholdSampler, type SamplingIntent, type ThresholdSampler } from './threshold-sampler.ts';
import { REJECT_NOTHING } from './is-kept.ts';

/** How `alwaysOn` tells that it keeps everything. */
export interface AlwaysOnOptions {
  /**
   * Whether kept spans and the requests they make say `th:0`. Otherwise they say nothing: readers take a span without a
   * threshold for one, and no request gets a `tracestate` for that. Default: true.
   */
  readonly writesThreshold?: boolean;
}

/**
 * Keeps every span, whatever its parent says.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#alwayson
 */
export function alwaysOn({ writesThreshold = true }: AlwaysOnOptions = {}): ThresholdSampler {
  const intent: SamplingIntent = { threshold: REJECT_NOTHING, isCountKnown: writesThreshold, isPromised: false };
  return createThresholdSampler(
    () => 'AlwaysOnSampler',
    () => intent,
  );
}
