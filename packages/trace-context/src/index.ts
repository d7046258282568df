export { childOf, createTraceparent, type TraceparentOptions } from './create-traceparent.ts';
export { type HeaderValue } from './header-value.ts';
export { receiveTraceparent } from './receive-traceparent.ts';
export { isRandom, isSampled, withRandom, withSampled } from './trace-flags.ts';
export { formatTraceparent, parseTraceparent, type Traceparent } from './traceparent.ts';
export { formatTracestate } from './format-tracestate.ts';
export { parseTracestate } from './parse-tracestate.ts';
export { isTracestateKey, isTracestateValue } from './tracestate-grammar.ts';
export { deleteMember, getMember, setMember, type Tracestate, type TracestateMember } from './tracestate.ts';
