import type { Context, Span, Tracer } from '@opentelemetry/api';

/** A tracer that can tell, without attributes, what it will not record. */
export interface RefusingTracer extends Tracer {
  /** The span that stands for one which is not recorded; `undefined` where `startSpan` has to decide. */
  [REFUSED]?(parent: Context): Span | undefined;
}

// The SDK's preload makes the tracer, and the application's copy of this module asks it.
export const REFUSED: unique symbol = Symbol.for('clew.refused-span') as never;

/** Asks a tracer for the span of what it refuses to record, so that nobody puts together what is not read. */
export function refusedSpan(tracer: Tracer, parent: Context): Span | undefined {
  return (tracer as RefusingTracer)[REFUSED]?.(parent);
}
