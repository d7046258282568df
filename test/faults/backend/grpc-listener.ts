import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

import type { Answer, Exchange, Listener } from './exchange.ts';

/** https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const GRPC_STATUS: Readonly<Record<number, number>> = { 200: 0, 400: 3, 401: 16, 429: 8, 503: 14 };

// Whether the message is compressed (1 byte), and its length (4 bytes).
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#length-prefixed-message
const FRAME_HEADER_BYTES = 5;

/** A port that speaks gRPC and gives every call to `meet`. */
export function createGrpcListener(meet: (exchange: Exchange) => Promise<void>): Listener {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {}); // the client may go away
    void meet(createExchange(stream, headers)).catch(() => stream.destroy());
  });
  return {
    async open(port) {
      await once(server.listen(port, '127.0.0.1'), 'listening');
      return (server.address() as AddressInfo).port;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

function createExchange(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Exchange {
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
      stream.session?.destroy();
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
