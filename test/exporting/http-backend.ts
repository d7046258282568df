import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';

/** A request as it came over the wire. */
interface BackendRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Inflated when it was compressed. */
  readonly body: Buffer;
  /** Common name in the certificate that the client showed. */
  readonly client: string | undefined;
}

/** Answer to a request; by default 200 with an empty body. */
export interface BackendAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A server that keeps what it is sent and answers as told. */
export interface HttpBackend extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly BackendRequest[];
}

export interface HttpBackendOptions {
  /** Answers to the first request, the second and so on; the last answer is repeated. */
  readonly answers?: readonly (BackendAnswer | 'never')[];
  /** Given, it speaks TLS. */
  readonly tls?: ServerOptions;
}

/** Starts a backend on a free port of this machine. */
export async function startHttpBackend({ answers = [{}], tls }: HttpBackendOptions = {}): Promise<HttpBackend> {
  const requests: BackendRequest[] = [];
  const listener: RequestListener = (request, response) => {
    void receive(request).then((received) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? {};
      requests.push(received);
      if (answer !== 'never') response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
    });
  };
  const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function receive(request: IncomingMessage): Promise<BackendRequest> {
  const { method = '', url = '', headers, socket } = request;
  const body = await buffer(request);
  const client = (socket as Partial<TLSSocket>).getPeerCertificate?.().subject?.CN;
  return {
    method,
    path: url,
    headers,
    body: headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body,
    client: typeof client === 'string' ? client : undefined,
  };
}
