import { askGuarded, guard, readProperty } from '@clew/diagnostics';
import type { Sampler, SamplingDecision, SamplingResult } from '@opentelemetry/sdk-trace';

import { defaultSampler } from '../otel/default-sampler.ts';

const TASK = 'the sampler of the application';
// By number: the enumeration is a part of OpenTelemetry's SDK.
const DECISIONS: ReadonlySet<unknown> = new Set<SamplingDecision>([0, 1, 2]);

/** A sampler of the application. Where it throws, or does not decide, the default one does. */
export function guardedSampler(sampler: Sampler): Sampler {
  const byDefault = defaultSampler();
  return {
    shouldSample: (...all) =>
      askGuarded(
        TASK,
        isDecided,
        () => byDefault.shouldSample(...all),
        () => sampler.shouldSample(...all),
      ),
    toString: () => guard(TASK, 'a sampler of the application', () => String(sampler)),
  };
}

function isDecided(result: unknown): result is SamplingResult {
  return DECISIONS.has(readProperty(result, 'decision'));
}
