export { childOf, createTraceparent, type TraceparentOptions } from './create-traceparent.ts';
export { type HeaderValue } from './header-value.ts';
export { receiveTraceparent } from './receive-traceparent.ts';
export { isRandom, isSampled, withRandom, withSampled } from './trace-flags.ts';
export { formatTraceparent, parseTraceparent, type Traceparent } from './traceparent.ts';
