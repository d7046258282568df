import { createContextKey, type Context, type SpanContext } from '@opentelemetry/api';

// The API makes one key of one name, so copies of this module read what another copy wrote.
const FOREIGN = createContextKey('clew.foreign-span-context');

/**
 * A context that remembers the span of a sender whom we do not trust: no span is its child, but the first span that
 * is started for it is linked to it.
 */
export function withForeignSpanContext(context: Context, foreign: SpanContext): Context {
  return context.setValue(FOREIGN, foreign);
}

/** The span of the untrusted sender of what is being handled in this context. */
export function foreignSpanContextOf(context: Context): SpanContext | undefined {
  return context.getValue(FOREIGN) as SpanContext | undefined;
}
