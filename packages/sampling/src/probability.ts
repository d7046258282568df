import { thresholdOf } from '@clew/trace-context';

import { unexpected } from './sampling-option-error.ts';
import { tellOnce } from './tell-once.ts';
import {
  createThresholdSampler,
  KEEP_NONE,
  type SamplingIntent,
  type SpanStart,
  type ThresholdSampler,
} from './threshold-sampler.ts';

const RANDOM = 0b10;

/**
 * Keeps a share of all traces, whatever the parent says: the same traces in every service with the same ratio, and all of
 * those that a service with a smaller one keeps. Within `parentThreshold` it decides about roots only.
 *
 * @param ratio 0 to 1, to four significant digits; 0 keeps none, and less than 2^-56 counts as that
 * @throws SamplingOptionError for any other ratio
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#probabilitysampler
 */
export function probability(ratio: number): ThresholdSampler {
  if (typeof ratio !== 'number' || !(ratio >= 0 && ratio <= 1)) {
    throw unexpected('probability.ratio', ratio, 'a number from 0 to 1');
  }
  const threshold = thresholdOf(ratio);
  const intent: SamplingIntent =
    threshold === undefined ? KEEP_NONE : { threshold, isCountKnown: true, isPromised: false };
  const tellPresumption = tellOnce(
    'warn',
    'callers do not set the random flag; presuming that their trace ids are random',
  );
  return createThresholdSampler(
    () => `ProbabilitySampler{${ratio}}`,
    (start) => {
      if (presumesRandomness(start)) tellPresumption();
      return intent;
    },
  );
}

/**
 * Returns whether a caller left open that its trace id is random. Local parents do not count: the SDK's spans have no such
 * flag.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#compatibility-warnings-for-probabilitysampler
 */
function presumesRandomness({ parent, ot }: SpanStart): boolean {
  if (parent?.isRemote !== true) return false;
  return (parent.traceFlags & RANDOM) === 0 && ot?.randomness === undefined;
}
