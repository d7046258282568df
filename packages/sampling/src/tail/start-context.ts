import { createTraceState, ROOT_CONTEXT, trace, type Context, type TraceState } from '@opentelemetry/api';

/** The parent of a span that is to be started, as a propagator or a span tells it. */
export interface StartParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  /** The `tracestate` header, empty where there is none. */
  readonly traceState: string;
  readonly isRemote: boolean;
}

const MAX_KNOWN = 256;
const known = new Map<string, TraceState>(); // trace states do not change; a second copy of this module reads them once more

/** The context that a span with this parent starts in, to ask a sampler about it. */
export function startContext({ traceState, ...parent }: StartParent): Context {
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...parent,
    ...(traceState !== '' && { traceState: stateOf(traceState) }),
  });
}

function stateOf(text: string): TraceState {
  let state = known.get(text);
  if (state === undefined) {
    state = createTraceState(text);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(text, state);
  }
  return state;
}
