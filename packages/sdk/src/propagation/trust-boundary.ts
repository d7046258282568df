import { createContextKey, ROOT_CONTEXT, trace, type SpanContext, type TextMapPropagator } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';

import { guard } from '@clew/diagnostics';

import type { Incoming } from './incoming.ts';
import { spanObserver } from '../otel/span-observer.ts';

/**
 * Whose context is continued: everybody's, nobody's, or that of whom the function says yes to. Whoever is trusted can
 * force or suppress sampling, choose trace ids, and have us carry its baggage along.
 */
export type Trust = 'all' | 'none' | ((incoming: Incoming) => boolean);

const FOREIGN = createContextKey('clew.foreign-span-context');

/**
 * The same propagator, but context from outside the boundary is not continued: the trace starts here and has a link to
 * the foreign one, whose sampled flag and baggage are ignored. What nothing is known of is outside.
 *
 * @param incomingOf what is known of a carrier
 */
export function createTrustBoundary(
  propagator: TextMapPropagator,
  trust: Trust,
  incomingOf: (carrier: unknown) => Incoming | undefined,
): TextMapPropagator {
  if (trust === 'all') return propagator;
  const isTrusted = (carrier: unknown) => {
    const incoming = trust === 'none' ? undefined : incomingOf(carrier);
    if (trust === 'none' || incoming === undefined) return false;
    return guard('the trust option', false, () => (trust(incoming) as unknown) === true); // a promise is no yes
  };
  return {
    fields: () => propagator.fields(),
    inject: (context, carrier, setter) => propagator.inject(context, carrier, setter),
    extract(context, carrier, getter) {
      if (isTrusted(carrier)) return propagator.extract(context, carrier, getter);
      const foreign = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, carrier, getter));
      return foreign === undefined ? context : context.setValue(FOREIGN, foreign);
    },
  };
}

/** Links the first span that is started for an untrusted caller to that caller's. */
export function createForeignLinker(): SpanProcessor {
  return spanObserver({
    onStart(span, parentContext) {
      const foreign = parentContext.getValue(FOREIGN) as SpanContext | undefined;
      if (foreign !== undefined && span.parentSpanContext === undefined) span.addLink({ context: foreign });
    },
  });
}
