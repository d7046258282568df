import { createContextKey, type Context } from '@opentelemetry/api';

import { lightContext } from './light-context.ts';

/** The sender of context that we receive. Carriers alone cannot tell: anyone can write a header. */
export type Incoming =
  | {
      readonly kind: 'http';
      /** As the request names it, which the caller chooses. */
      readonly host: string | undefined;
      /** With the query. */
      readonly path: string;
      /** Of the socket: the caller, or the proxy before us. */
      readonly remoteAddress: string | undefined;
      header(name: string): string | undefined;
    }
  | {
      readonly kind: 'message';
      /** For example `kafka`. */
      readonly system: string;
      /** Name of the queue or topic. */
      readonly destination: string;
      header(name: string): string | undefined;
    }
  | {
      /** We are the child: the parent process handed the context down in the environment. */
      readonly kind: 'child';
    };

// The API makes one key of one name, so copies of this module read what another copy wrote.
const INCOMING = createContextKey('clew.incoming');

/**
 * A context that names the sender. For instrumentations, as the first argument of the `propagation.extract` that reads
 * what this sender sent; a sender answers for one extraction.
 */
export function withIncoming(context: Context, incoming: Incoming): Context {
  return lightContext(context).setValue(INCOMING, incoming);
}

/** The sender of what is being handled in this context, as its instrumentation names it. */
export function incomingOf(context: Context): Incoming | undefined {
  return context.getValue(INCOMING) as Incoming | undefined;
}
