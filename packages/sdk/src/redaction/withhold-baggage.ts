import {
  baggageEntryMetadataFromString,
  propagation,
  type Baggage,
  type BaggageEntry,
  type Context,
  type TextMapPropagator,
} from '@opentelemetry/api';

import { guard, readProperty, reportOnce } from '@clew/diagnostics';

import type { Redactor } from './redactor.ts';

/**
 * The same propagator, which sends no secrets: a member of the baggage that has the name of one, or whose value could
 * not be exported as it is, stays here, and so does such a property of a member. Others act upon baggage, so what is
 * secret is left out and not written over.
 */
export function withholdSecretBaggage(
  propagator: TextMapPropagator & { toString(): string },
  redactor: Redactor,
): TextMapPropagator & { toString(): string } {
  return {
    fields: () => propagator.fields(),
    toString: () => String(propagator),
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
    if (typeof value !== 'string') continue; // what is no text is sent by nobody
    if (redactor.isPublic(name, value)) {
      const properties = withPublicProperties(entry, redactor);
      if (properties !== entry) rest = rest.setEntry(name, properties);
      continue;
    }
    tellWithheld('the baggage member', name, redactor);
    rest = rest.removeEntry(name);
  }
  return rest;
}

/** The same entry where all its properties may leave. */
function withPublicProperties(entry: BaggageEntry, redactor: Redactor): BaggageEntry {
  const properties = entry.metadata?.toString().split(';') ?? [];
  const isPublic = (property: string) => {
    const at = property.indexOf('=');
    const name = (at === -1 ? '' : property.slice(0, at)).trim();
    const value = decoded(property.slice(at + 1).trim());
    if (redactor.isPublic(name, value)) return true;
    tellWithheld('the property of a baggage member', name, redactor);
    return false;
  };
  const rest = properties.filter(isPublic);
  if (rest.length === properties.length) return entry;
  return { value: entry.value, metadata: baggageEntryMetadataFromString(rest.join(';')) };
}

function tellWithheld(what: string, name: string, redactor: Redactor): void {
  const shown = redactor.text('baggage', name).slice(0, MAX_NAME_LENGTH);
  reportOnce(`secret: ${what}`, `${what} ${shown} looks like a secret; not sent on`);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Of what is shown. */
const MAX_NAME_LENGTH = 60;
