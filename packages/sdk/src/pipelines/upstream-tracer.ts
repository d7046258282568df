import { TracerProvider, type TracerProviderOptions } from '@opentelemetry/sdk-trace';

import { guardedTracerProvider } from '../guarded/guarded-tracer-provider.ts';
import type { ClewTracerProvider } from '../tracing/clew-tracer-provider.ts';
import type { Refuses } from '../tracing/refused-ahead.ts';

/** Creates OpenTelemetry's own provider, whose tracers and spans bear whatever they are called with. */
export function createUpstreamProvider(options: TracerProviderOptions, refuses?: Refuses): ClewTracerProvider {
  return guardedTracerProvider(new TracerProvider(options), refuses);
}
