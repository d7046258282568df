import { once } from 'node:events';
import http, { type IncomingMessage, type RequestOptions, type ServerResponse } from 'node:http';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A server on a port of its own, until it is disposed of. */
export async function serve(handler: Handler, options: http.ServerOptions = {}) {
  const server = http.createServer(options, (request, response) => void handler(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    server,
    port: (server.address() as { port: number }).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends a request over a connection of its own; returns the body of the answer when both sides have closed. */
export async function ask(port: number, options: RequestOptions): Promise<string> {
  const request = http.get({ host: '127.0.0.1', port, agent: false, ...options });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await new Response(response as never).text();
  if (!request.closed) await once(request, 'close');
  return body;
}
