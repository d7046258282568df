import { propagation, type Baggage, type Context, type TextMapPropagator } from '@opentelemetry/api';

import { guard, readProperty, reportOnce } from '@clew/diagnostics';

import type { Redactor } from './redactor.ts';

/**
 * The same propagator, which sends no secrets: a member of the baggage that has the name of one, or whose value could
 * not be exported as it is, stays here. Others act upon baggage, so a member is left out and not written over.
 */
export function withholdSecretBaggage(propagator: TextMapPropagator, redactor: Redactor): TextMapPropagator {
  return {
    fields: () => propagator.fields(),
    extract: (context, carrier, getter) => propagator.extract(context, carrier, getter),
    inject(context, carrier, setter) {
      propagator.inject(withPublicBaggage(context, redactor), carrier, setter);
    },
  };
}

function withPublicBaggage(context: Context, redactor: Redactor): Context {
  const baggage = propagation.getBaggage(context);
  if (baggage === undefined) return context;
  const without = guard('the redaction of baggage', propagation.createBaggage(), () => publicPart(baggage, redactor));
  return without === baggage ? context : propagation.setBaggage(context, without);
}

function publicPart(baggage: Baggage, redactor: Redactor): Baggage {
  let rest = baggage;
  for (const [name, entry] of baggage.getAllEntries()) {
    const value = readProperty(entry, 'value');
    if (typeof value !== 'string' || redactor.isPublic(name, value)) continue; // what is no text is sent by nobody
    reportOnce(
      'secret baggage',
      `the baggage member ${redactor.text('baggage', name)} looks like a secret and is not sent on`,
    );
    rest = rest.removeEntry(name);
  }
  return rest;
}
