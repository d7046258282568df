import { reportOnce } from '@clew/diagnostics';

import { aKindOf, quote } from './input-in-words.ts';

/** In characters; of names of all kinds. */
export const MAX_NAME_LENGTH = 1024;

/**
 * A name that can be exported. A number or a boolean is named by its text, and nothing is longer than 1,024 characters.
 *
 * @param what names the name in the message: `span name`
 * @param otherwise the name where there is none to be had
 */
export function usableName(what: string, name: unknown, otherwise: string): string {
  if (typeof name === 'string') return name.length <= MAX_NAME_LENGTH ? name : cut(what, name);
  const usable = typeof name === 'number' || typeof name === 'boolean' ? String(name) : otherwise;
  reportOnce(what, `expected a string as ${what}, got ${aKindOf(name)}; using ${quote(usable)}`);
  return usable;
}

function cut(what: string, name: string): string {
  reportOnce(`long ${what}`, `${what} ${quote(name)} has ${name.length} characters; cut to ${MAX_NAME_LENGTH}`);
  return name.slice(0, MAX_NAME_LENGTH);
}
