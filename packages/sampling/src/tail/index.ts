export { createTailSampler, type TailCounts, type TailSampler, type TailSamplerOptions } from './tail-sampler.ts';
