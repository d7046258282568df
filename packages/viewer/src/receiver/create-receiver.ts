import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Store } from '../store/create-store.ts';
import { answerBrokenConnection } from './answer-broken-connection.ts';
import type { Activity } from './create-activity.ts';
import type { Intake, ReceiverStats, SignalName } from './create-intake.ts';
import type { RefusedRequest } from './create-refusals.ts';
import { type AccessRefusal, isLocalOrigin } from './is-local.ts';
import { type Answer, textAnswer } from './otlp-answer.ts';
import { receiveExport } from './receive-export.ts';

/** Options of a receiver: what it needs of its surroundings. */
export interface ReceiverOptions {
  readonly store: Store;
  readonly version: string;
  /** Why a request may not be made at all; `undefined` when it may. */
  readonly refusal: AccessRefusal;
  readonly intake: Intake;
}

/** An OTLP/HTTP receiver as the request listener of a server. */
export interface Receiver {
  readonly listener: RequestListener;
  /** Answers a connection on which no request could be read: a listener for the server's `clientError`. */
  readonly onClientError: (error: Error, socket: Duplex) => void;
  stats(): ReceiverStats;
  /** The last request that was refused. */
  lastError(): RefusedRequest | undefined;
  readonly whenIdle: Activity['whenIdle'];
}

/** Answer of `/healthz` beside the counts of the store. */
interface Health {
  readonly name: string;
  readonly version: string;
  readonly requests: ReceiverStats;
  readonly lastError: RefusedRequest | undefined;
}

export const VIEWER_NAME = 'clew-viewer';

const SIGNALS: Readonly<Record<string, SignalName>> = {
  '/v1/traces': 'traces',
  '/v1/logs': 'logs',
  '/v1/metrics': 'metrics',
};

export function createReceiver({ store, version, refusal, intake }: ReceiverOptions): Receiver {
  const { refusals, activity } = intake;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<Answer> {
    const refused = refusal(request);
    if (refused !== undefined) return textAnswer(refused.status, refused.problem);
    const path = pathOf(request);
    const signal = Object.hasOwn(SIGNALS, path) ? SIGNALS[path] : undefined;
    if (signal !== undefined) {
      allowLocalPages(request, response);
      if (request.method === 'OPTIONS') return textAnswer(204, '');
      if (request.method !== 'POST') return notAllowed(response, 'POST');
      return receiveExport(request, path, signal, intake);
    }
    if (path !== '/healthz') return textAnswer(404, `not found; send OTLP to ${Object.keys(SIGNALS).join(', ')}`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed(response, 'GET, HEAD');
    const lastError = refusals.last;
    const health: Health = { name: VIEWER_NAME, version, ...store.stats(), requests: intake.stats(), lastError };
    return { status: 200, contentType: 'application/json', body: JSON.stringify(health) };
  }

  async function listen(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = activity.begin();
    try {
      const { status, contentType, body, problem = '' } = await answer(request, response);
      if (status >= 400 && request.method === 'POST') refusals.addDelivery(pathOf(request), status, problem);
      else if (status >= 400) refusals.add();
      const content = status === 204 ? '' : body;
      response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(content) });
      response.end(content);
    } catch {
      response.destroy(); // the client went away in the middle of its request
    } finally {
      end();
    }
  }

  return {
    listener: (request, response) => void listen(request, response),
    onClientError: (error, socket) => answerBrokenConnection(error, socket, refusals),
    stats: intake.stats,
    lastError: () => refusals.last,
    whenIdle: activity.whenIdle,
  };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
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
