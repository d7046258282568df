import type { Span } from '@opentelemetry/api';

import { codeLocation } from './code-location.ts';
import { runInSpan } from './run-in-span.ts';
import type { SpanOptions } from './span-options.ts';

/**
 * Calls a function in a span, and ends the span when the function's work has ended: when it returned, its promise
 * settled, its generator or stream was drained. Returns and throws what the function does; sync in, sync out.
 *
 * @param fn is given the span, which is active while it runs; a span that records nothing if there is no SDK
 * @example
 * const order = await span('order.place', (span) => placeOrder(cart, span), { attributes: { 'cart.size': 3 } });
 */
export function span<Result>(name: string, fn: (span: Span) => Result, options: SpanOptions = {}): Result {
  const code = options?.code === true ? codeLocation(fn.name, span) : undefined;
  return runInSpan({ name, options, code }, fn);
}
