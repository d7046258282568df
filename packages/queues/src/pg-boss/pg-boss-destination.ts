import type { Destination } from '../destination.ts';

const MAX_DESTINATIONS = 1000;
const destinations = new Map<string, Destination>(); // a cache; a second copy of this module fills one of its own

/** The same object each time, of which attributes and names are made once. */
export function destinationOf(name: string): Destination {
  const known = destinations.get(name);
  if (known !== undefined) return known;
  const made = { system: 'pg-boss', name };
  if (destinations.size < MAX_DESTINATIONS) destinations.set(name, made);
  return made;
}
