import type { TextMapSetter } from '@opentelemetry/api';

import type { TraceLifetimes } from '@clew/spans/internal';

import { wrapPropagator, type NamedPropagator } from './wrap-propagator.ts';

const BAGGAGE = 'baggage'; // may go where the trace does not

/**
 * The same propagator, which tells the lifetimes of traces when it has written a trace context into a carrier: another
 * process may have spans of that trace from then on. While nobody wants to know, it costs one question.
 */
export function observeInjections(propagator: NamedPropagator, lifetimes: TraceLifetimes): NamedPropagator {
  return wrapPropagator(propagator, {
    inject(context, carrier, setter) {
      if (!lifetimes.observesInjections()) return propagator.inject(context, carrier, setter);
      let isWritten = false;
      const noting: TextMapSetter<unknown> = {
        set(written, key, value) {
          setter.set(written, key, value);
          if (key !== BAGGAGE) isWritten = true;
        },
      };
      try {
        propagator.inject(context, carrier, noting);
      } finally {
        if (isWritten) lifetimes.contextInjected(context); // a carrier that refused the rest may have taken this much
      }
    },
  });
}
