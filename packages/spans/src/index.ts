export { incomingOf, withIncoming, type Incoming } from './incoming.ts';
export { localRoot, noteLocalRoot } from './local-root.ts';
export type { SpanOptions } from './span-options.ts';
export { span } from './span.ts';
export { startSpan, type DisposableSpan } from './start-span.ts';
export { targetOf, withTarget, type Target } from './target.ts';
export { tracedAll, type TracedAllOptions } from './traced-all.ts';
export { traced, type AnyFunction, type Traced, type TracedMethod } from './traced.ts';
