import type { IncomingMessage } from 'node:http';

import { guardedSubscribe } from '@clew/diagnostics';
import type { Incoming } from '@clew/spans';
import { incomingRequest } from '@clew/spans/internal';

/**
 * The senders of carriers that are the headers of a request. For instrumentations that extract into the root context, as
 * upstream's do, and so cannot name the sender on it.
 */
export interface IncomingRequests extends Disposable {
  of(carrier: unknown): Incoming | undefined;
}

const REQUEST_STARTS = 'http.server.request.start';

/** Remembers every http request that this process serves, for as long as its headers are in use. */
export function watchIncomingRequests(): IncomingRequests {
  const requests = new WeakMap<object, IncomingMessage>();
  const unsubscribe = guardedSubscribe(REQUEST_STARTS, 'remembering a request', (message) => {
    const { request } = message as { request: IncomingMessage };
    requests.set(request.headers, request);
  });
  return {
    of(carrier) {
      const request = typeof carrier === 'object' && carrier !== null ? requests.get(carrier) : undefined;
      return request && incomingRequest(request);
    },
    [Symbol.dispose]: unsubscribe,
  };
}
