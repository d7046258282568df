import type { Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';

import { guardedTracer } from './guarded-tracer.ts';
import type { Refuses } from '../tracing/refused-ahead.ts';
import { standingBack } from '../tracing/stand-in-tracer.ts';
import { usableScope } from './usable/usable-scope.ts';

/**
 * The same provider, whose tracers and spans take any call of the application without harm.
 *
 * @param refuses tells what its sampler will not record, if it can tell without attributes
 */
export function guardedTracerProvider<Provider extends TracerProvider>(
  provider: Provider,
  refuses?: Refuses,
): Provider {
  const known = new WeakMap<Tracer, Tracer>();
  const getTracer = (name: string, version?: string, options?: TracerOptions): Tracer => {
    const tracer = provider.getTracer(...usableScope(name, version, options));
    const guarded = known.get(tracer) ?? guardedTracer(tracer, refuses);
    known.set(tracer, guarded);
    return standingBack(guarded, name, options);
  };
  return Object.assign(Object.create(provider) as Provider, { getTracer });
}
