import { probabilityOf, thresholdOf } from '@clew/trace-context';

import type { ForcedPolicy } from '../policy/policy.ts';
import type { SamplingIntent } from '../threshold-sampler.ts';

const SECOND = 1000;

/** Keeps the number of traces that callers have kept near a limit, by thresholds that follow the number of such traces. */
export interface ForcedTraces {
  /** Counts one such trace, and raises what is meant to become of it. */
  limited(intent: SamplingIntent): SamplingIntent;
}

/**
 * The share that is kept depends on how many came in the second before and so far in this one, never on the randomness:
 * a trace that is kept stands for 1 / probability of them, where the caller's probability is known.
 */
export function createForcedTraces({ tracesPerSecond }: ForcedPolicy, now: () => number): ForcedTraces {
  let second = 0;
  let count = 0;
  let countBefore = 0;

  function turn(): void {
    const current = Math.floor(now() / SECOND);
    if (current === second) return;
    countBefore = current === second + 1 ? count : 0;
    count = 0;
    second = current;
  }

  return {
    limited(intent) {
      turn();
      count += 1;
      const share = tracesPerSecond / Math.max(count, countBefore);
      return share >= 1 ? intent : raised(intent, share);
    },
  };
}

function raised({ threshold, isCountKnown }: SamplingIntent, share: number): SamplingIntent {
  const passed = threshold === undefined ? 1 : probabilityOf(threshold);
  return { threshold: thresholdOf(passed * share), isCountKnown, isPromised: false };
}
