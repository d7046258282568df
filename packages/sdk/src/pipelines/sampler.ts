import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import { alwaysOff, parentThreshold, probability } from '@clew/sampling';
import type { HeadReads } from '@clew/sampling/internal';
import type { Sampler } from '@opentelemetry/sdk-trace';

import { guardedSampler } from '../guarded/guarded-sampler.ts';
import type { Refuses } from '../tracing/refused-ahead.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { defaultSampler, quietAlwaysOn } from '../otel/default-sampler.ts';
import type { OpenedSampling } from './sampling.ts';

/** The sampler of the policy, where there is one, or else the one that the options name. */
export function createSampler(
  { sampler, samplerName, samplingRatio }: ResolvedOptions,
  policy?: Pick<OpenedSampling, 'sampler'>,
): Sampler {
  if (policy !== undefined) return policy.sampler;
  if (sampler !== undefined) return guardedSampler(sampler);
  switch (samplerName) {
    case 'always_on':
      return quietAlwaysOn();
    case 'always_off':
      return alwaysOff();
    case 'traceidratio':
      return probability(samplingRatio);
    case 'parentbased_always_on':
      return defaultSampler();
    case 'parentbased_always_off':
      return parentThreshold({ root: alwaysOff() });
    case 'parentbased_traceidratio':
      return parentThreshold({ root: probability(samplingRatio) });
  }
}

/** Tells which spans that sampler refuses, whatever else they have; `undefined` where ids or attributes may count. */
export function refusedBy(
  { sampler, samplerName, idGenerator }: ResolvedOptions,
  policy?: Pick<OpenedSampling, 'sampler'>,
): Refuses | undefined {
  if (policy !== undefined || sampler !== undefined || idGenerator !== undefined) return undefined;
  switch (samplerName) {
    case 'always_off':
      return () => true;
    case 'parentbased_always_off':
      return (parent) => parent === undefined || !isSampled(parent);
    case 'parentbased_always_on':
    case 'parentbased_traceidratio':
      return (parent) => parent !== undefined && !isSampled(parent);
    case 'always_on':
    case 'traceidratio':
      return undefined;
  }
}

/** Facts that this sampler reads of a local root, beside name, kind and parent; `undefined` where it may read all of every span. */
export function readsOfRoots(
  { sampler }: ResolvedOptions,
  policy?: Pick<OpenedSampling, 'readsOfRoots'>,
): (() => HeadReads) | undefined {
  if (policy !== undefined) return policy.readsOfRoots;
  return sampler === undefined ? () => 'nothing' : undefined;
}

/** Tells whether that sampler keeps all that it does not refuse by its parent. */
export function isAllOthersKept(
  { sampler, samplerName, idGenerator }: ResolvedOptions,
  policy?: Pick<OpenedSampling, 'sampler'>,
): boolean {
  if (policy !== undefined || sampler !== undefined || idGenerator !== undefined) return false;
  return samplerName === 'always_on' || samplerName === 'parentbased_always_on';
}

const isSampled = ({ traceFlags }: SpanContext) => (traceFlags & TraceFlags.SAMPLED) !== 0;
