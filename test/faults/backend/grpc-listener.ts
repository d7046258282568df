import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

import type { Answer, Exchange, Listener } from './exchange.ts';
import { loopbackPort } from './loopback-port.ts';

/** https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const GRPC_STATUS: Readonly<Record<number, number>> = { 200: 0, 400: 3, 401: 16, 429: 8, 503: 14 };

// Whether the message is compressed (1 byte), and its length (4 bytes).
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#length-prefixed-message
const FRAME_HEADER_BYTES = 5;

/** A port that speaks gRPC and gives every call to `meet`. */
export function createGrpcListener(meet: (exchange: Exchange) => Promise<void>): Listener {
  const sockets = new Map<number | undefined, Socket>(); // by the client's port; the socket of a session is no socket
  const server = createServer();
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.on('close', () => sockets.delete(remotePort));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {}); // the client may go away
    const reset = () => sockets.get(stream.session?.socket.remotePort)?.resetAndDestroy();
    void meet(createExchange(stream, headers, reset)).catch(() => stream.destroy());
  });
  return loopbackPort(server, () => {
    for (const socket of sockets.values()) socket.destroy();
  });
}

function createExchange(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, reset: () => void): Exchange {
  return {
    path: headers[':path'] ?? '',
    isJson: false,
    async readBody() {
      const frame = await buffer(stream);
      const message = frame.subarray(FRAME_HEADER_BYTES);
      return frame[0] === 1 ? gunzipSync(message) : message;
    },
    async answer(answer) {
      if (stream.destroyed) return false;
      const left = Promise.race([once(stream, 'finish'), once(stream, 'close')]);
      respond(stream, answer);
      await left;
      return stream.writableFinished;
    },
    async resetMidBody() {
      await Promise.race([once(stream, 'data'), once(stream, 'end')]);
      reset();
    },
  };
}

function respond(stream: ServerHttp2Stream, { status, body = '' }: Answer): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(GRPC_STATUS[status] ?? 2) }));
  if (status !== 200) return void stream.end();
  const message = Buffer.from(body);
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([header, message]));
}
