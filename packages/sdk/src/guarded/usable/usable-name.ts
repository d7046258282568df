import { reportOnce } from '@clew/diagnostics';

import { kindOf, quote } from './input-in-words.ts';

/** In characters; of names of all kinds. */
export const MAX_NAME_LENGTH = 1024;

/**
 * A name that can be exported. A number or a boolean is named by its text, and nothing is longer than 1,024 characters.
 *
 * @param of what has the name, for the message: `a span`
 * @param otherwise the name where there is none to be had
 */
export function usableName(of: string, name: unknown, otherwise: string): string {
  if (typeof name === 'string') return name.length <= MAX_NAME_LENGTH ? name : cut(of, name);
  const usable = typeof name === 'number' || typeof name === 'boolean' ? String(name) : otherwise;
  reportOnce(`name of ${of}`, `the name of ${of} is not a string (${kindOf(name)}); it is called ${quote(usable)}`);
  return usable;
}

function cut(of: string, name: string): string {
  reportOnce(
    `long name of ${of}`,
    `the name of ${of}, ${quote(name)}, has ${name.length} characters; it is cut to ${MAX_NAME_LENGTH}`,
  );
  return name.slice(0, MAX_NAME_LENGTH);
}
