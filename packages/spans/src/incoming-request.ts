import type { IncomingMessage } from 'node:http';

import type { Incoming } from './incoming.ts';

/** The sender of a request, which is read when somebody asks. */
export function incomingRequest(request: IncomingMessage): Incoming & { kind: 'http' } {
  return new IncomingRequest(request);
}

class IncomingRequest {
  readonly kind = 'http';
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  get host(): string | undefined {
    return this.#request.headers.host;
  }

  get path(): string {
    return this.#request.url ?? '/';
  }

  get remoteAddress(): string | undefined {
    return this.#request.socket.remoteAddress;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  }
}
