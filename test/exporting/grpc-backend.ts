import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** One call as it came over the wire. */
interface GrpcCall {
  readonly path: string;
  readonly metadata: IncomingHttpHeaders;
  /** The message, inflated when it was compressed. */
  readonly message: Buffer;
}

/** A gRPC server that takes every unary call, keeps it, and answers with an empty message. */
export interface GrpcBackend extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly GrpcCall[];
  /** Cuts every connection. */
  cut(): void;
}

export interface GrpcBackendOptions {
  /** Given, it speaks TLS. */
  readonly tls?: SecureServerOptions;
  /** Statuses of the calls in their order, the last is repeated; 0 is OK. */
  readonly statuses?: readonly (number | 'never')[];
}

// One message: whether it is compressed (1 byte), its length (4 bytes), and its bytes.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#length-prefixed-message
const FRAME_HEADER_BYTES = 5;
const EMPTY_MESSAGE = Buffer.alloc(FRAME_HEADER_BYTES);

/** Starts a backend on a free port of this machine. */
export async function startGrpcBackend({ tls, statuses = [0] }: GrpcBackendOptions = {}): Promise<GrpcBackend> {
  const calls: GrpcCall[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const server = tls === undefined ? createServer() : createSecureServer(tls);
  server.on('session', (session: ServerHttp2Session) => sessions.add(session));
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {}); // the client may go away
    void buffer(stream).then((frame) => {
      const status = statuses[Math.min(calls.length, statuses.length - 1)] ?? 0;
      calls.push({ path: headers[':path'] ?? '', metadata: headers, message: messageIn(frame) });
      if (status !== 'never') answer(stream, status);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const session of sessions) session.destroy();
    sessions.clear();
  };
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    calls,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      cut();
      server.close();
      await closed;
    },
  };
}

function messageIn(frame: Buffer): Buffer {
  const isCompressed = frame[0] === 1;
  const message = frame.subarray(FRAME_HEADER_BYTES);
  return isCompressed ? gunzipSync(message) : message;
}

function answer(stream: ServerHttp2Stream, status: number): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status) }));
  stream.end(status === 0 ? EMPTY_MESSAGE : undefined);
}
