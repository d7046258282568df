import type { Context } from '@opentelemetry/api';

import { sharedRequests, type SharedRequests } from '../requests/shared-requests.ts';

/** A request and its response, of either side, as long as they are followed. */
export interface Exchange {
  /** `COPY` of the copy of this module that follows it: others leave it alone. */
  readonly copy: object;
  /** The context that its emitters emit in; `undefined` where that is Node's to choose. */
  readonly context: Context | undefined;
  /** Something has failed, or a message has been read to its end; the listeners are called after this. */
  willEmit(emitter: object, event: 'end' | 'error', value: unknown): void;
  /** The listeners of `close` have been called. */
  hasClosed(emitter: object): void;
}

/** Tells this copy of the module from others. */
export const COPY: object = {};

let requests: SharedRequests<Exchange> | undefined; // one for all copies

/** Requests and responses of all copies of this module. */
export function httpRequests(): SharedRequests<Exchange> {
  requests ??= sharedRequests<Exchange>('http');
  return requests;
}

/** The exchange that a request or a response belongs to, if this copy follows it. */
export function exchangeOf(message: object): Exchange | undefined {
  const exchange = httpRequests().read(message);
  return exchange?.copy === COPY ? exchange : undefined;
}

/** Tells a request or a response that is followed, by whichever copy. */
export const isFollowed = (message: object): boolean => httpRequests().read(message) !== undefined;

/** Has a request or a response belong to an exchange, for good. */
export function markExchange(message: object, exchange: Exchange): void {
  if (!isFollowed(message)) httpRequests().mark(message, exchange);
}
