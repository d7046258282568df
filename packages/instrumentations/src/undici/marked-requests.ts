import type { UndiciExchange } from './exchange.ts';

/** The exchanges of requests, noted on the requests. */
export interface MarkedRequests {
  read(request: object): UndiciExchange | undefined;
  mark(request: object, exchange: UndiciExchange): void;
}

// The preload and the application may each have a copy of this module; the first that takes a request has it.
const SHARED: unique symbol = Symbol.for('clew.undici.requests') as never;
const shared = globalThis as { [SHARED]?: MarkedRequests };

/** Its constructor returns what it is given, so that a subclass adds its private fields to an object of others. */
// oxlint-disable-next-line no-extraneous-class -- only a constructor can return what becomes `this`
class Given {
  constructor(given: object) {
    return given; // oxlint-disable-line no-constructor-return
  }
}

/**
 * A mark that nobody else can see: no key, no symbol, nothing that is printed. A `WeakMap` with a key for each request
 * costs more than all else that is done for one: the garbage collector goes through it each time.
 */
class Mark extends Given {
  readonly #exchange: UndiciExchange;

  constructor(request: object, exchange: UndiciExchange) {
    super(request);
    this.#exchange = exchange;
  }

  static read(request: object): UndiciExchange | undefined {
    return #exchange in request ? request.#exchange : undefined;
  }
}

export function markedRequests(): MarkedRequests {
  return (shared[SHARED] ??= {
    read: (request) => Mark.read(request),
    mark: (request, exchange) => void new Mark(request, exchange),
  });
}
