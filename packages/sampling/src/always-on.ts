import { createThresholdSampler, type SamplingIntent, type ThresholdSampler } from './threshold-sampler.ts';
import { REJECT_NOTHING } from './is-kept.ts';

/** Options of `alwaysOn`. */
export interface AlwaysOnOptions {
  /**
   * Writes `th:0` on kept spans and the requests they make. With `false` they carry no threshold, readers count such a span
   * once, and no request gets a `tracestate` only to say so. Default: true.
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
