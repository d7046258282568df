import { once } from 'node:events';
import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

import type { Intake, SignalName } from './create-intake.ts';
import { grpcFrame, grpcMessageText, readGrpcMessage } from './grpc-message.ts';
import { GRPC_OK, grpcStatusOf } from './grpc-status.ts';
import type { AccessRefusal } from './is-local.ts';
import { partialAnswer } from './otlp-answer.ts';
import { ENCODINGS, type Refusal } from './read-body.ts';

/** A running receiver of OTLP over gRPC. */
export interface GrpcReceiver {
  readonly port: number;
  close(): Promise<void>;
}

/** Options of a receiver: where it listens, and what it shares with others. */
export interface GrpcReceiverOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly refusal: AccessRefusal;
  readonly intake: Intake;
}

const SIGNALS: Readonly<Record<string, SignalName>> = {
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
};

/** Bytes that may come before they are read. With 64 KiB, the default, a usual request waits for several round trips. */
const WINDOW_BYTES = 1024 * 1024;
const SERVER_OPTIONS = { settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: 100 } };
const MAX_CONNECTIONS = 256;
const IDLE_SESSION_MILLIS = 10 * 60_000; // clients connect again
const IDLE_STREAM_MILLIS = 30_000;

const GRPC_TYPE = /^application\/grpc(?:\+proto)?\s*(?:;|$)/i;
const ANSWER_HEADERS = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-accept-encoding': ['identity', ...ENCODINGS].join(','),
};
const NO_PREFACE = -903; // NGHTTP2_ERR_BAD_CLIENT_MAGIC

/**
 * Starts a receiver of OTLP over gRPC, without TLS: the method `Export` of traces, logs and metrics.
 *
 * @throws what listening on the port fails with
 * @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 */
export async function startGrpcReceiver({ host, port, ...given }: GrpcReceiverOptions): Promise<GrpcReceiver> {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer(SERVER_OPTIONS);
  server.maxConnections = MAX_CONNECTIONS;
  server.on('session', (session) => {
    sessions.add(session);
    session.setLocalWindowSize(WINDOW_BYTES);
    session.setTimeout(IDLE_SESSION_MILLIS, () => session.close());
    session.once('close', () => sessions.delete(session));
  });
  server.on('sessionError', (error: NodeJS.ErrnoException) => {
    if (error.errno !== NO_PREFACE) return; // else the client went away, or will be told
    given.intake.refusals.addDelivery(
      '',
      400,
      'the connection is not HTTP/2: this port takes OTLP over gRPC, without TLS',
    );
  });
  server.on('stream', (stream, headers) => void serve(stream, headers, given));
  await once(server.listen(port, host), 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => close(server, sessions) };
}

async function close(server: Http2Server, sessions: ReadonlySet<ServerHttp2Session>): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  for (const session of sessions) session.destroy();
  await closed;
}

type Given = Pick<GrpcReceiverOptions, 'refusal' | 'intake'>;

async function serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, given: Given): Promise<void> {
  const { refusals, activity } = given.intake;
  const end = activity.begin();
  stream.on('error', () => {}); // the client went away; who reads the stream hears of it
  stream.setTimeout(IDLE_STREAM_MILLIS, () => stream.close(constants.NGHTTP2_CANCEL));
  try {
    const result = await call(stream, headers, given);
    if (result instanceof Uint8Array) return answer(stream, result);
    refusals.addDelivery(headers[':path'] ?? '', result.status, result.problem);
    refuse(stream, headers, result);
  } catch {
    stream.close(constants.NGHTTP2_INTERNAL_ERROR); // the client went away in the middle of its request
  } finally {
    end();
  }
}

/** @returns the message of the answer, or why there is none, in a sentence */
async function call(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { refusal, intake }: Given,
): Promise<Uint8Array | Refusal> {
  const path = headers[':path'] ?? '';
  const refused = refusal({ headers: { ...headers, host: headers[':authority'] ?? headers.host } });
  if (refused !== undefined) return refused;
  if (!isGrpc(headers)) return { status: 415, problem: 'this port takes OTLP over gRPC: POST, application/grpc' };
  const signal = Object.hasOwn(SIGNALS, path) ? SIGNALS[path] : undefined;
  if (signal === undefined) {
    return { status: 404, problem: `the method ${path} is unknown; there is ${Object.keys(SIGNALS).join(', ')}` };
  }
  const encoding = String(headers['grpc-encoding'] ?? 'identity');
  const body = await intake.bodies.collect(
    stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
    (collected) => readGrpcMessage(collected, encoding, intake.bodies.inflate),
  );
  const taken = Buffer.isBuffer(body)
    ? intake.take({ signal, encoding: 'application/x-protobuf', received: { path, headers, body } })
    : body;
  if ('status' in taken) return { status: taken.status, problem: `the request ${taken.problem}` };
  if (taken.rejected === 0) return new Uint8Array();
  return partialAnswer('application/x-protobuf', signal, taken).body as Uint8Array;
}

function answer(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.closed || stream.destroyed) return;
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(GRPC_OK) }));
  stream.respond(ANSWER_HEADERS, { waitForTrailers: true });
  stream.end(grpcFrame(message));
}

/** Answers a client that does not speak gRPC in the way of HTTP, all others with a status in the place of trailers. */
function refuse(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, { status, problem }: Refusal): void {
  if (stream.closed || stream.destroyed) return;
  if (isGrpc(headers)) {
    const trailers = { 'grpc-status': String(grpcStatusOf(status)), 'grpc-message': grpcMessageText(problem) };
    stream.respond({ ...ANSWER_HEADERS, ...trailers }, { endStream: true });
  } else {
    stream.respond({ ':status': status, 'content-type': 'text/plain; charset=utf-8' });
    stream.end(`${problem}\n`);
  }
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR); // the rest of the request need not come
}

function isGrpc(headers: IncomingHttpHeaders): boolean {
  return headers[':method'] === 'POST' && GRPC_TYPE.test(headers['content-type'] ?? '');
}
