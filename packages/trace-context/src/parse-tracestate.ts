import { combineHeaders, trimOws, type HeaderValue } from './header-value.ts';
import { isTracestateKey, isTracestateValue } from './tracestate-grammar.ts';
import { MAX_TRACESTATE_MEMBERS, type Tracestate, type TracestateMember } from './tracestate.ts';

/**
 * Parses the `tracestate` header or headers of a request; several are one list, in their order. Empty list-members are
 * passed over. Of list-members with the same key the first stays: it is the one that was written last.
 *
 * @returns the list-members, or `undefined` when there is no header, or when one invalid or 33rd list-member means that
 *   the whole header is discarded; never throws
 * @see https://www.w3.org/TR/trace-context-2/#tracestate-header
 */
export function parseTracestate(value: HeaderValue): Tracestate | undefined {
  const combined = combineHeaders(value);
  if (combined === undefined) return undefined;
  const members = new Map<string, TracestateMember>();
  let count = 0;
  for (const part of combined.split(',')) {
    const text = trimOws(part);
    if (text === '') continue;
    const member = parseMember(text);
    if (member === undefined || ++count > MAX_TRACESTATE_MEMBERS) return undefined;
    if (!members.has(member.key)) members.set(member.key, member);
  }
  return [...members.values()];
}

function parseMember(text: string): TracestateMember | undefined {
  const equals = text.indexOf('=');
  if (equals === -1) return undefined;
  const key = text.slice(0, equals);
  const value = text.slice(equals + 1);
  return isTracestateKey(key) && isTracestateValue(value) ? { key, value } : undefined;
}
