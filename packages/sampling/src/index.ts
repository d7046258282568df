export { alwaysOff } from './always-off.ts';
export { alwaysOn, type AlwaysOnOptions } from './always-on.ts';
export { linksAware, type LinksAwareOptions } from './links-aware.ts';
export { parentThreshold, type ParentThresholdOptions } from './parent-threshold.ts';
export { probability } from './probability.ts';
export { ruleBased, type RuleBasedOptions, type RuleBasedSampler, type SamplingRule } from './rule-based.ts';
export { SamplingOptionError } from './sampling-option-error.ts';
export { type SamplingIntent, type SpanStart, type ThresholdSampler } from './threshold-sampler.ts';
