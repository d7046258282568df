import { randomHex } from './random-hex.ts';
import { newTraceFlags } from './trace-flags.ts';
import type { Traceparent } from './traceparent.ts';

/** Options of `createTraceparent`. */
export interface TraceparentOptions {
  /** Whether this trace is to be recorded by those it reaches. Default: `true`. */
  readonly sampled?: boolean;
}

const TRACE_ID_BYTES = 16;
const PARENT_ID_BYTES = 8;

/**
 * Starts a trace: new random ids, the random flag set, and the sampled flag unless told otherwise.
 *
 * @see https://www.w3.org/TR/trace-context-2/#trace-id
 */
export function createTraceparent(options: TraceparentOptions = {}): Traceparent {
  const { sampled = true } = options;
  return {
    traceId: randomHex(TRACE_ID_BYTES),
    parentId: randomHex(PARENT_ID_BYTES),
    traceFlags: newTraceFlags(sampled),
  };
}

/**
 * Continues a trace: the same trace id and flags, and a new random parent-id that names the operation which starts.
 *
 * @see https://www.w3.org/TR/trace-context-2/#mutating-the-traceparent-field
 */
export function childOf({ traceId, traceFlags }: Traceparent): Traceparent {
  return { traceId, parentId: randomHex(PARENT_ID_BYTES), traceFlags };
}
