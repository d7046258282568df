import type { Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';

import { guardedTracer } from './guarded-tracer.ts';
import { standingBack } from './stand-in-tracer.ts';
import { usableScope } from './usable/usable-scope.ts';

/** The same provider, whose tracers and spans take any call of the application without harm. */
export function guardedTracerProvider<Provider extends TracerProvider>(provider: Provider): Provider {
  const known = new WeakMap<Tracer, Tracer>();
  const getTracer = (name: string, version?: string, options?: TracerOptions): Tracer => {
    const tracer = provider.getTracer(...usableScope(name, version, options));
    const guarded = known.get(tracer) ?? guardedTracer(tracer);
    known.set(tracer, guarded);
    return standingBack(guarded, name, options);
  };
  return Object.assign(Object.create(provider) as Provider, { getTracer });
}
