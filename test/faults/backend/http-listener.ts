import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import type { Exchange, Listener } from './exchange.ts';
import { loopbackPort } from './loopback-port.ts';

/** A port that speaks HTTP/1.1 and gives every request to `meet`. */
export function createHttpListener(meet: (exchange: Exchange) => Promise<void>): Listener {
  const server = createServer((request, response) => {
    response.on('error', () => {}); // the client may go away
    void meet(createExchange(request, response)).catch(() => response.destroy());
  });
  // A connection that is closed when it has idled would cut a request which is just on its way.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  return loopbackPort(server, () => server.closeAllConnections());
}

function createExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const { url = '', headers } = request;
  return {
    path: url,
    isJson: headers['content-type']?.includes('json') ?? false,
    async readBody(bytesPerSecond) {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        if (Number.isFinite(bytesPerSecond)) await setTimeout((chunk.length / bytesPerSecond) * 1000);
      }
      const body = Buffer.concat(chunks);
      return headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    },
    async answer({ status, headers, body }) {
      if (response.destroyed) return false;
      const left = Promise.race([once(response, 'finish'), once(response, 'close')]);
      response.writeHead(status, headers).end(body);
      await left;
      return response.writableFinished;
    },
    async resetMidBody() {
      await Promise.race([once(request, 'data'), once(request, 'end')]);
      request.socket.resetAndDestroy();
    },
  };
}
