import { createContextKey, type Context } from '@opentelemetry/api';

import { lightContext } from './light-context.ts';

/** The receiver of context that we send: the mirror of `Incoming`. */
export type Target =
  | {
      readonly kind: 'http';
      /** In lower case, without port; an IPv6 address without brackets. */
      readonly host: string;
    }
  | {
      readonly kind: 'message';
      /** For example `kafka`. */
      readonly system: string;
      /** Name of the queue or topic. */
      readonly destination: string;
    }
  | {
      /** A process that we start. */
      readonly kind: 'child';
    };

// The API makes one key of one name, so copies of this module read what another copy wrote.
const TARGET = createContextKey('clew.target');

/**
 * A context that names the receiver. For instrumentations, as the first argument of `propagation.inject`; it is not to
 * be made active, since whatever is injected inside would count as sent to this receiver.
 */
export function withTarget(context: Context, target: Target): Context {
  return lightContext(context).setValue(TARGET, target);
}

/** The receiver of what is injected from this context; `undefined` where no instrumentation names one. */
export function targetOf(context: Context): Target | undefined {
  return context.getValue(TARGET) as Target | undefined;
}
