import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { Store } from '../store/create-store.ts';
import { isLocalHost, isLocalOrigin } from './is-local.ts';
import { type Answer, textAnswer } from './otlp-answer.ts';
import { createBodyReader } from './read-body.ts';
import { createSignals, type ReceivedRequest, receiveExport, type SignalStats } from './receive-export.ts';

/** Options of a receiver: what it needs of its surroundings. */
export interface ReceiverOptions {
  readonly store: Store;
  readonly version: string;
  /** Is given every OTLP request whose body was read. */
  readonly keep: (received: ReceivedRequest) => void;
}

/** An OTLP/HTTP receiver as the request listener of a server. */
export interface Receiver {
  readonly listener: RequestListener;
  stats(): ReceiverStats;
  /** Resolves when no request has been under way for `quietMillis`, or after `timeoutMillis` in any case. */
  readonly whenIdle: (options: IdleOptions) => Promise<void>;
}

export interface IdleOptions {
  readonly quietMillis: number;
  readonly timeoutMillis: number;
}

export interface ReceiverStats {
  readonly traces: Readonly<SignalStats>;
  readonly logs: Readonly<SignalStats>;
  readonly metrics: Readonly<SignalStats>;
  /** Requests that were answered with 400 or above. */
  readonly refused: number;
}

export const VIEWER_NAME = 'clew-viewer';

const IDLE_CHECK_MILLIS = 10;

export function createReceiver({ store, version, keep }: ReceiverOptions): Receiver {
  const signals = createSignals(store);
  const readBody = createBodyReader();
  let refused = 0;
  let inFlight = 0;
  let busyAt = 0;

  function stats(): ReceiverStats {
    const of = (path: string): SignalStats => ({ requests: 0, bytes: 0, ...signals[path]?.stats });
    return { traces: of('/v1/traces'), logs: of('/v1/logs'), metrics: of('/v1/metrics'), refused };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<Answer> {
    if (!isLocalHost(request.headers.host)) return textAnswer(403, 'this viewer answers to the name localhost only');
    const path = request.url?.split('?', 1)[0] ?? '/';
    const signal = Object.hasOwn(signals, path) ? signals[path] : undefined;
    if (signal !== undefined) {
      allowLocalPages(request, response);
      if (request.method === 'OPTIONS') return textAnswer(204, '');
      if (request.method !== 'POST') return notAllowed(response, 'POST');
      return receiveExport(request, path, signal, { readBody, keep });
    }
    if (path !== '/healthz') return textAnswer(404, `not found; send OTLP to ${Object.keys(signals).join(', ')}`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed(response, 'GET, HEAD');
    const health = { name: VIEWER_NAME, version, ...store.stats(), requests: stats() };
    return { status: 200, contentType: 'application/json', body: JSON.stringify(health) };
  }

  async function listen(request: IncomingMessage, response: ServerResponse): Promise<void> {
    inFlight += 1;
    busyAt = performance.now();
    try {
      const { status, contentType, body } = await answer(request, response);
      if (status >= 400) refused += 1;
      const content = status === 204 ? '' : body;
      response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(content) });
      response.end(content);
    } catch {
      response.destroy(); // the client went away in the middle of its request
    } finally {
      inFlight -= 1;
      busyAt = performance.now();
    }
  }

  async function whenIdle({ quietMillis, timeoutMillis }: IdleOptions): Promise<void> {
    const start = performance.now();
    const isBusy = (now: number) => inFlight > 0 || now - Math.max(busyAt, start) < quietMillis;
    for (let now = start; isBusy(now) && now - start < timeoutMillis; now = performance.now()) {
      await delay(IDLE_CHECK_MILLIS);
    }
  }

  return { listener: (request, response) => void listen(request, response), stats, whenIdle };
}

/** Pages from this machine may send telemetry; for others the browser lets nothing through without these headers. */
function allowLocalPages(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin');
  if (origin === undefined || !isLocalOrigin(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', 'content-type, content-encoding');
  response.setHeader('access-control-max-age', '7200');
}

function notAllowed(response: ServerResponse, allowed: string): Answer {
  response.setHeader('allow', allowed);
  return textAnswer(405, `only ${allowed} is allowed here`);
}
