import { combineHeaders, trimOws, type HeaderValue } from './header-value.ts';
import { parseTraceparent, type Traceparent } from './traceparent.ts';

/**
 * Decides from the `traceparent` header or headers of a request whether its trace is continued. More than one header
 * is one too many, equal or not: nobody can tell which of them the caller meant. Some runtimes join several headers
 * with a comma, so a value with a comma counts as several.
 *
 * @returns the caller's `traceparent`, or `undefined` when a trace has to be started; never throws
 * @see https://www.w3.org/TR/trace-context-2/#a-traceparent-is-received
 */
export function receiveTraceparent(value: HeaderValue): Traceparent | undefined {
  const combined = combineHeaders(value);
  if (combined === undefined || combined.includes(',')) return undefined;
  return parseTraceparent(trimOws(combined));
}
