import { createContextKey, ROOT_CONTEXT, trace, type Context, type TextMapPropagator } from '@opentelemetry/api';
import { incomingOf, withIncoming, type Incoming } from '@clew/spans';
import { foreignSpanContextOf, withForeignSpanContext } from '@clew/spans/internal';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';

import { askCallback } from '@clew/diagnostics';

import { spanObserver } from '../otel/span-observer.ts';

/**
 * Which senders' context we continue: all, none, or those the function accepts. Whoever is trusted can force or suppress
 * sampling, choose trace ids, and have us carry its baggage along.
 */
export type Trust = 'all' | 'none' | ((incoming: Incoming) => boolean);

/** The sender that an extraction has asked for: what is extracted later, while it is handled, is another's. */
const ANSWERED = createContextKey('clew.answered-incoming');

/**
 * The same propagator, but context from outside the boundary is not continued: the trace starts here and has a link to
 * the foreign one, whose sampled flag and baggage are ignored. A sender that is not known is outside. It is known where
 * the context names it (see `withIncoming`), or else by the carrier.
 *
 * @param incomingBy finds the sender of a carrier
 */
export function createTrustBoundary(
  propagator: TextMapPropagator & { toString(): string },
  trust: Trust,
  incomingBy: (carrier: unknown) => Incoming | undefined,
): TextMapPropagator & { toString(): string } {
  if (trust === 'all') return propagator;
  const isTrusted = (incoming: Incoming | undefined) => {
    if (trust === 'none' || incoming === undefined) return false;
    return askCallback<unknown>('the trust option', false, () => trust(incoming)) === true;
  };
  return {
    fields: () => propagator.fields(),
    toString: () => `${String(propagator)}, trust ${typeof trust === 'function' ? 'by function' : trust}`,
    inject: (context, carrier, setter) => propagator.inject(context, carrier, setter),
    extract(given, carrier, getter) {
      const named = unansweredIncoming(given);
      const context = named === undefined ? given : given.setValue(ANSWERED, named);
      if (isTrusted(named ?? incomingBy(carrier))) return propagator.extract(context, carrier, getter);
      const foreign = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, carrier, getter));
      return foreign === undefined ? context : withForeignSpanContext(context, foreign);
    },
  };
}

/** A context that names the sender of what has been extracted into it already. */
export function withAnsweredIncoming(context: Context, incoming: Incoming): Context {
  return withIncoming(context, incoming).setValue(ANSWERED, incoming);
}

function unansweredIncoming(context: Context): Incoming | undefined {
  const incoming = incomingOf(context);
  return incoming === context.getValue(ANSWERED) ? undefined : incoming;
}

/** Links the first span that is started for an untrusted caller to that caller's. */
export function createForeignLinker(): SpanProcessor {
  return spanObserver({
    onStart(span, parentContext) {
      if (span.parentSpanContext !== undefined || parentContext === ROOT_CONTEXT) return;
      const foreign = foreignSpanContextOf(parentContext);
      if (foreign !== undefined) span.addLink({ context: foreign });
    },
  });
}
