import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

/** What is known of whoever sends us context. A propagator alone sees headers, and anyone can write those. */
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
    };

/** Tells what is known of a carrier: the object that an instrumentation gives to `propagation.extract`. */
export interface IncomingRequests extends Disposable {
  of(carrier: unknown): Incoming | undefined;
}

const REQUEST_STARTS = 'http.server.request.start';

/** Remembers every http request that this process serves, for as long as its headers are in use. */
export function watchIncomingRequests(): IncomingRequests {
  const requests = new WeakMap<object, IncomingMessage>();
  const remember = (message: unknown) => {
    const { request } = message as { request: IncomingMessage };
    requests.set(request.headers, request);
  };
  subscribe(REQUEST_STARTS, remember);
  return {
    of(carrier) {
      const request = typeof carrier === 'object' && carrier !== null ? requests.get(carrier) : undefined;
      return request && incomingFrom(request);
    },
    [Symbol.dispose]: () => void unsubscribe(REQUEST_STARTS, remember),
  };
}

function incomingFrom(request: IncomingMessage): Incoming {
  return {
    kind: 'http',
    host: request.headers.host,
    path: request.url ?? '/',
    remoteAddress: request.socket.remoteAddress,
    header(name) {
      const value = request.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
  };
}
