import { isTracestateKey, isTracestateValue } from './tracestate-grammar.ts';

/** One list-member of a `tracestate`: what one tracing system has to say to itself further down the trace. */
export interface TracestateMember {
  /** Names the tracing system; see `isTracestateKey`. */
  readonly key: string;
  /** Opaque to all others; see `isTracestateValue`. */
  readonly value: string;
}

/** The list-members of a `tracestate`, the one written last first. No function here changes one; they return new ones. */
export type Tracestate = readonly TracestateMember[];

/** Most list-members that a `tracestate` may have: https://www.w3.org/TR/trace-context-2/#list */
export const MAX_TRACESTATE_MEMBERS = 32;

/** The value of the list-member with this key, or `undefined`. */
export function getMember(tracestate: Tracestate, key: string): string | undefined {
  return tracestate.find((member) => member.key === key)?.value;
}

/**
 * Adds or replaces a list-member and puts it first, as the recommendation wants of what was modified. When that makes
 * 33 of them, the last one goes.
 *
 * @returns the new `tracestate`, or `undefined` when the recommendation does not allow this key or value
 * @see https://www.w3.org/TR/trace-context-2/#mutating-the-tracestate-field
 */
export function setMember(tracestate: Tracestate, key: string, value: string): Tracestate | undefined {
  if (!isTracestateKey(key) || !isTracestateValue(value)) return undefined;
  return [{ key, value }, ...deleteMember(tracestate, key)].slice(0, MAX_TRACESTATE_MEMBERS);
}

/**
 * The `tracestate` without the list-member that has this key. Delete only what your tracing system wrote.
 *
 * @see https://www.w3.org/TR/trace-context-2/#mutating-the-tracestate-field
 */
export function deleteMember(tracestate: Tracestate, key: string): Tracestate {
  return tracestate.filter((member) => member.key !== key);
}
