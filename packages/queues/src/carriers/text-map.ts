import { fieldOf, namesOf, textOf, type Carrier } from './carrier.ts';

/**
 * Fields of a plain object, as text, as bytes (Kafka's clients hand headers out as `Buffer`), or as a list of those, of
 * which the first counts. For headers of Kafka and of every other queue that has text by name, and for job data.
 */
export const textMap: Carrier<Readonly<Record<string, unknown>> | null | undefined> = {
  get: (fields, name) => textOf(fieldOf(fields, name)),
  keys: namesOf,
  isBare: (fields) => fields === undefined || fields === null,
  set: (fields, added) => ({ ...fields, ...added }),
};
