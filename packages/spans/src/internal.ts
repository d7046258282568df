export { findTracer } from './find-tracer.ts';
export { foreignSpanContextOf, withForeignSpanContext } from './foreign-span-context.ts';
export { incomingRequest } from './incoming-request.ts';
export { isLocalRoot, localRootOf, putLocalRoot } from './local-root.ts';
export { endSpan, failSpan, openSpanIn, rejectSpan, type OpenSpan, type SpanStart } from './open-span.ts';
export { isListed } from './is-listed.ts';
export { lightContext } from './light-context.ts';
export { readError, type ErrorReading } from './read-error.ts';
export { overrideMethod } from './override-method.ts';
export { hasException, type ReadableSpan } from './readable-span.ts';
export { recordError } from './record-error.ts';
export { replaceMethod } from './replace-method.ts';
export { runInOpenSpan } from './run-in-span.ts';
export { makeListable } from './span-list.ts';
export { isLazyTracer, LAZILY, startLazily, type LazyTracer, type SpanDescription } from './start-lazily.ts';
export {
  createTraceLifetimes,
  traceLifetimes,
  type GiveUpCause,
  type TraceLifetimes,
  type TraceObserver,
} from './trace-lifetimes.ts';
