import { placeOfError, readProperty, reportOnce } from '@clew/diagnostics';
import type { TextMapPropagator } from '@opentelemetry/api';

import { isCallersStandIn } from '../tracing/stand-in-tracer.ts';
import { isContext, usableContext } from './usable/usable-context.ts';
import { usableSetter } from './usable/usable-setter.ts';

/** No list of headers is as long. */
const MAX_HEADERS = 10_000;

/**
 * The same propagator, which throws nothing into the application: neither for what it is given, nor for what reading or
 * writing the carrier throws. What was injected by then stays. Fields that HTTP does not allow are left out.
 */
export function guardedPropagator(
  propagator: TextMapPropagator & { toString(): string },
): TextMapPropagator & { toString(): string } {
  return {
    fields: () => propagator.fields(),
    toString: () => String(propagator),
    inject(given, carrier, setter) {
      try {
        const context = usableContext(given);
        if (isCallersStandIn(context)) return;
        propagator.inject(context, carrier, usableSetter(setter));
      } catch (error) {
        reportOnce(
          'injecting context',
          `cannot write the context to the carrier (${placeOfError(error)}); the rest of it is left out`,
        );
      }
    },
    extract(given, carrier, getter) {
      const context = usableContext(given);
      if (isEndless(carrier)) return context;
      try {
        const extracted: unknown = propagator.extract(context, carrier, getter);
        return isContext(extracted) ? extracted : context;
      } catch (error) {
        reportOnce('extracting context', `cannot read the context from the carrier (${placeOfError(error)}); ignored`);
        return context;
      }
    },
  };
}

/** A text or a list that is no carrier: a million indexes would be compared with the name of each header. */
function isEndless(carrier: unknown): boolean {
  const length = readProperty(carrier, 'length');
  return typeof length === 'number' && length > MAX_HEADERS;
}
