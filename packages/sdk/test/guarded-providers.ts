import type { TracerProvider } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  ParentBasedSampler,
  RandomIdGenerator,
  TracerProvider as UpstreamProvider,
  type SpanLimits,
  type TracerProviderOptions,
} from '@opentelemetry/sdk-trace';

import { guardedTracerProvider } from '../src/guarded/guarded-tracer-provider.ts';
import { createTracerProvider } from '../src/tracing/clew-tracer-provider.ts';

/** OpenTelemetry's limits where none are set. */
export const DEFAULT_LIMITS: Required<SpanLimits> = {
  attributeCountLimit: 128,
  attributeValueLengthLimit: Infinity,
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 128,
};

type CreateProvider = (options: TracerProviderOptions) => TracerProvider;

/** Providers that bear whatever they are called with: the one of OpenTelemetry behind guards, and our own. */
export const GUARDED_PROVIDERS: readonly (readonly [name: string, create: CreateProvider])[] = [
  ["OpenTelemetry's provider behind guards", (options) => guardedTracerProvider(new UpstreamProvider(options))],
  [
    'our own provider',
    (options) =>
      createTracerProvider({
        resource: options.resource ?? emptyResource(),
        sampler: options.sampler ?? new ParentBasedSampler({ root: new AlwaysOnSampler() }),
        readsOfRoots: options.sampler === undefined ? () => 'nothing' : undefined,
        spanLimits: { ...DEFAULT_LIMITS, ...options.spanLimits },
        spanProcessors: options.spanProcessors ?? [],
        idGenerator: options.idGenerator ?? new RandomIdGenerator(),
      }),
  ],
];
