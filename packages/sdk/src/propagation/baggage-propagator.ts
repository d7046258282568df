import {
  baggageEntryMetadataFromString,
  propagation,
  type BaggageEntry,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { guard, readProperty } from '@clew/diagnostics';
import { formatBaggage, parseBaggage, type BaggageMember } from '@clew/trace-context';

import { headerOf } from './w3c-propagator.ts';

const BAGGAGE = 'baggage';

/**
 * W3C Baggage, within its limits of 64 members and 8192 bytes, with the properties of each member.
 *
 * @see https://www.w3.org/TR/baggage/
 */
export const baggagePropagator: TextMapPropagator = {
  fields: () => [BAGGAGE],
  inject(context, carrier, setter) {
    const entries = propagation.getBaggage(context)?.getAllEntries();
    if (entries === undefined || isTracingSuppressed(context)) return;
    const value = formatBaggage(entries.flatMap(([key, entry]) => memberOf(key, entry)));
    if (value !== '') setter.set(carrier, BAGGAGE, value);
  },
  extract(context, carrier, getter) {
    const members = parseBaggage(headerOf(carrier, BAGGAGE, getter));
    if (members.length === 0) return context;
    const entries = members.map(({ key, value, properties }): [string, BaggageEntry] => {
      const metadata = properties.length > 0 ? baggageEntryMetadataFromString(properties.join(';')) : undefined;
      return [key, { value, ...(metadata !== undefined && { metadata }) }];
    });
    return propagation.setBaggage(context, propagation.createBaggage(Object.fromEntries(entries)));
  },
};

/** None for an entry that holds no text, as the API lets one make it: the others go out without it. */
function memberOf(key: string, entry: BaggageEntry): BaggageMember[] {
  const value = readProperty(entry, 'value');
  if (typeof value !== 'string') return [];
  const properties = guard('reading the metadata of a baggage entry', [], () => entry.metadata?.toString().split(';'));
  return [{ key, value, properties: properties ?? [] }];
}
