import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';

import { context, type Context } from '@opentelemetry/api';

/**
 * Takes a context that was entered for a request back from its connection. Before Node 24, what is entered in a callback of a
 * connection stays there for all its later callbacks: the next request, one that upgrades, one that cannot be parsed.
 */
export interface EnteredConnection {
  release(): void;
}

/** Enters a context for what follows in this callback, which is that of a request on its connection. */
export function enterForRequest(entered: Context, request: IncomingMessage): EnteredConnection | undefined {
  const socket = request.socket as Connection;
  const { parser } = socket;
  if (!connectionsKeepContexts() || typeof parser?.asyncReset !== 'function') {
    context.attach(entered);
    return undefined;
  }
  const connection = new KeptConnection(parser, socket, context.active());
  context.attach(entered);
  return connection;
}

interface Connection {
  readonly parser?: Parser | null;
}

/** Node's parser of a connection, by the method that Node resets its reused sockets with. */
interface Parser {
  asyncReset?(resource: object): void;
}

/** The last request of each parser. A second copy of this module would take back what it has entered itself. */
const latest = new WeakMap<Parser, KeptConnection>();

class KeptConnection implements EnteredConnection {
  readonly #parser: Parser;
  readonly #socket: Connection;
  readonly #before: Context;

  constructor(parser: Parser, socket: Connection, active: Context) {
    const previous = latest.get(parser);
    this.#parser = parser;
    this.#socket = socket;
    // A pipelined request comes while the one before it is still being handled.
    this.#before = previous !== undefined && previous.#socket === socket ? previous.#before : active;
    latest.set(parser, this);
  }

  release(): void {
    if (latest.get(this.#parser) !== this) return;
    latest.delete(this.#parser);
    if (this.#socket.parser !== this.#parser) return; // it has been freed with its connection
    context.with(this.#before, () => this.#parser.asyncReset?.({}));
  }
}

let keeps: boolean | undefined; // found out once; another copy of this module finds out the same

function connectionsKeepContexts(): boolean {
  keeps ??= resourcesKeepStores();
  return keeps;
}

function resourcesKeepStores(): boolean {
  const storage = new AsyncLocalStorage<true>();
  const resource = new AsyncResource('clew.probe');
  resource.runInAsyncScope(() => storage.enterWith(true));
  const isKept = resource.runInAsyncScope(() => storage.getStore()) === true;
  storage.disable();
  return isKept;
}
