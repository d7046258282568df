export { isLocalRoot, localRootOf } from './local-root.ts';
export { readError, type ErrorReading } from './read-error.ts';
export { hasException, type ReadableSpan } from './readable-span.ts';
export {
  createTraceLifetimes,
  traceLifetimes,
  type GiveUpCause,
  type TraceLifetimes,
  type TraceObserver,
} from './trace-lifetimes.ts';
