import { formatBaggage, parseBaggage, type Baggage } from './baggage.ts';
import { childOf, createTraceparent, type TraceparentOptions } from './create-traceparent.ts';
import { formatTracestate } from './format-tracestate.ts';
import { parseTracestate } from './parse-tracestate.ts';
import { receiveTraceparent } from './receive-traceparent.ts';
import { headerOf, type RequestHeaders } from './request-headers.ts';
import { formatTraceparent, type Traceparent } from './traceparent.ts';
import type { Tracestate } from './tracestate.ts';

/** Trace context and baggage that travel with a request. */
export interface TraceContext {
  /** Names the trace, and in `parentId` the operation that sends or answers the request. */
  readonly traceparent: Traceparent;
  /** Default: none. */
  readonly tracestate?: Tracestate;
  /** Default: none. */
  readonly baggage?: Baggage;
}

/** The trace context in which a request is handled. */
export interface ReceivedContext extends Required<TraceContext> {
  /** The caller's traceparent, the parent of this operation; `undefined` when the trace starts here. */
  readonly caller: Traceparent | undefined;
}

/**
 * Continues the trace that a request belongs to, or starts one when there is none to continue. Either way the handling
 * of the request has an id of its own. It believes the caller: where the public can send you headers, pass `{}` instead
 * of theirs.
 *
 * @param options for a trace that starts here; one that is continued keeps its flags
 * @see https://www.w3.org/TR/trace-context-2/#processing-model
 */
export function continueOrStart(headers: RequestHeaders, options: TraceparentOptions = {}): ReceivedContext {
  const baggage = parseBaggage(headerOf(headers, 'baggage')); // a recommendation of its own: it needs no trace
  const caller = receiveTraceparent(headerOf(headers, 'traceparent'));
  // A tracestate means nothing without the traceparent that it came with.
  if (caller === undefined) return { traceparent: createTraceparent(options), tracestate: [], baggage, caller };
  const tracestate = parseTracestate(headerOf(headers, 'tracestate')) ?? [];
  return { traceparent: childOf(caller), tracestate, baggage, caller };
}

/**
 * The headers for a call to another service, which becomes a child of the operation that `context.traceparent` names.
 * Headers that would be empty are not there.
 */
export function headersFor(context: TraceContext): Record<string, string> {
  const headers: Record<string, string> = { traceparent: formatTraceparent(context.traceparent) };
  const tracestate = formatTracestate(context.tracestate ?? []);
  const baggage = formatBaggage(context.baggage ?? []);
  if (tracestate !== '') headers['tracestate'] = tracestate;
  if (baggage !== '') headers['baggage'] = baggage;
  return headers;
}
