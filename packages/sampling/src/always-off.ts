import { createThresholdSampler, KEEP_NONE, type ThresholdSampler } from './threshold-sampler.ts';

/**
 * Keeps no span, whatever its parent says.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#alwaysoff
 */
export function alwaysOff(): ThresholdSampler {
  return createThresholdSampler(
    () => 'AlwaysOffSampler',
    () => KEEP_NONE,
  );
}
