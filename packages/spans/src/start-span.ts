import type { Span } from '@opentelemetry/api';

import { codeLocation } from './code-location.ts';
import { endSpan, openSpan, unrecordedSpan } from './open-span.ts';
import type { SpanOptions } from './span-options.ts';

/** A span that ends when its block is left. */
export interface DisposableSpan extends Span, Disposable, AsyncDisposable {}

/**
 * Starts a span for `using` and `await using`, which end it when the block is left. For code that no function can be
 * put around: the span is not active, so that spans inside the block are its siblings; and leaving the block by an
 * error looks like leaving it, so that errors are the caller's to record. `span()` does both.
 *
 * @example
 * using step = startSpan('legacy.callback');
 */
export function startSpan(
  name: string,
  options: Omit<SpanOptions, 'drain' | 'endOn' | 'isError'> = {},
): DisposableSpan {
  const code = options?.code === true ? codeLocation('', startSpan) : undefined;
  const open = openSpan({ name, options, code }, []);
  return open === undefined ? disposable(unrecordedSpan(), () => {}) : disposable(open.span, () => endSpan(open));
}

/** Adds the two methods to the span itself, which stays what the SDK made. */
function disposable(span: Span, end: () => void): DisposableSpan {
  const methods: PropertyDescriptorMap = {
    [Symbol.dispose]: { value: end, configurable: true },
    [Symbol.asyncDispose]: { value: () => Promise.resolve(end()), configurable: true },
  };
  const target = Object.isExtensible(span) ? span : (Object.create(span) as Span);
  return Object.defineProperties(target, methods) as DisposableSpan;
}
