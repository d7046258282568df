import type { Traceparent } from './traceparent.ts';

/** The caller may have recorded the trace. */
const SAMPLED = 0b01;
/** The right-most 7 bytes of the trace id are random. */
const RANDOM = 0b10;

/**
 * The flags that travel on: those the recommendation defines. It has the others set to zero.
 *
 * @see https://www.w3.org/TR/trace-context-2/#other-flags
 */
export const KNOWN_FLAGS: number = SAMPLED | RANDOM;

/** The flags of a trace that is started here: its id is random, and it is sampled or not. */
export function newTraceFlags(sampled: boolean): number {
  return sampled ? KNOWN_FLAGS : RANDOM;
}

/**
 * Says whether the caller may have recorded this trace.
 *
 * @see https://www.w3.org/TR/trace-context-2/#sampled-flag
 */
export function isSampled(traceparent: Traceparent): boolean {
  return (traceparent.traceFlags & SAMPLED) !== 0;
}

/**
 * The same `traceparent` with the sampled flag on or off. The recommendation lets the flag change only together with
 * the parent-id: on a `traceparent` that was received, use `withSampled(childOf(received), sampled)`.
 *
 * @see https://www.w3.org/TR/trace-context-2/#mutating-the-traceparent-field
 */
export function withSampled(traceparent: Traceparent, sampled: boolean): Traceparent {
  return withFlag(traceparent, SAMPLED, sampled);
}

/**
 * Says whether at least the right-most 7 bytes of the trace id were chosen at random, so that sampling may use them.
 *
 * @see https://www.w3.org/TR/trace-context-2/#random-trace-id-flag
 */
export function isRandom(traceparent: Traceparent): boolean {
  return (traceparent.traceFlags & RANDOM) !== 0;
}

/**
 * The same `traceparent` with the random flag on or off. Only who generated the trace id knows what the flag has to
 * be; on a trace that is continued it stays as it came.
 *
 * @see https://www.w3.org/TR/trace-context-2/#random-trace-id-flag
 */
export function withRandom(traceparent: Traceparent, random: boolean): Traceparent {
  return withFlag(traceparent, RANDOM, random);
}

function withFlag({ traceId, parentId, traceFlags }: Traceparent, flag: number, on: boolean): Traceparent {
  return { traceId, parentId, traceFlags: on ? traceFlags | flag : traceFlags & ~flag };
}
