import type { Context } from '@opentelemetry/api';

/** A request and its response, of either side, as long as they are followed. */
export interface Exchange {
  /** The context that its emitters emit in; `undefined` where that is Node's to choose. */
  readonly context: Context | undefined;
  /** Something has failed, or a message has been read to its end; the listeners are called after this. */
  willEmit(emitter: object, event: 'end' | 'error', value: unknown): void;
  /** The listeners of `close` have been called. */
  hasClosed(emitter: object): void;
}

/** The exchange that a request or a response belongs to, if it is followed. */
export const exchangeOf = (message: object): Exchange | undefined => Mark.read(message);

/** Has a request or a response belong to an exchange, for good. */
export function markExchange(message: object, exchange: Exchange): void {
  if (Mark.read(message) === undefined) void new Mark(message, exchange);
}

/** Its constructor returns what it is given, so that a subclass adds its private fields to an object of others. */
// oxlint-disable-next-line no-extraneous-class -- only a constructor can return what becomes `this`
class Given {
  constructor(given: object) {
    return given; // oxlint-disable-line no-constructor-return
  }
}

/**
 * A mark on an object that nobody else can see: no key, no symbol, nothing that is printed. A `WeakMap` would be asked by
 * its hash at each event, and read through at each collection of garbage.
 */
class Mark extends Given {
  readonly #exchange: Exchange;

  constructor(message: object, exchange: Exchange) {
    super(message);
    this.#exchange = exchange;
  }

  static read(message: object): Exchange | undefined {
    return #exchange in message ? message.#exchange : undefined;
  }
}
