import { trace, type Tracer, type TracerProvider } from '@opentelemetry/api';

/** The API's own provider, which stands in until an SDK registers. */
interface ProxyProvider extends TracerProvider {
  getDelegateTracer(name: string): Tracer | undefined;
}

const SCOPE = '@clew/spans';

// A cache, emptied when another provider is registered: a second copy of this module finds the same tracers.
let knownProvider: TracerProvider | undefined;
let knownTracers = new Map<string, Tracer>();

/** The tracer of this name from the global provider; `undefined` while no SDK is registered. */
export function findTracer(name: string = SCOPE): Tracer | undefined {
  const provider = trace.getTracerProvider();
  if (provider !== knownProvider) {
    knownProvider = provider;
    knownTracers = new Map();
  }
  const known = knownTracers.get(name);
  if (known !== undefined) return known;
  const tracer = isProxy(provider) ? provider.getDelegateTracer(name) : provider.getTracer(name);
  if (tracer !== undefined) knownTracers.set(name, tracer);
  return tracer;
}

function isProxy(provider: TracerProvider): provider is ProxyProvider {
  return 'getDelegateTracer' in provider;
}
