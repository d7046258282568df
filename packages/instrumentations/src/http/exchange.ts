import type { Context } from '@opentelemetry/api';

import { privateMarks } from '../requests/private-marks.ts';

/** A request and its response, of either side, as long as they are followed. */
export interface Exchange {
  /** The context that its emitters emit in; `undefined` where that is Node's to choose. */
  readonly context: Context | undefined;
  /** Something has failed, or a message has been read to its end; the listeners are called after this. */
  willEmit(emitter: object, event: 'end' | 'error', value: unknown): void;
  /** The listeners of `close` have been called. */
  hasClosed(emitter: object): void;
}

const marks = /* @__PURE__ */ privateMarks<Exchange>();

/** The exchange that a request or a response belongs to, if it is followed. */
export const exchangeOf = (message: object): Exchange | undefined => marks.read(message);

/** Has a request or a response belong to an exchange, for good. */
export function markExchange(message: object, exchange: Exchange): void {
  if (exchangeOf(message) === undefined) marks.mark(message, exchange);
}
