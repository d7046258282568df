import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';

import type { OtlpSettings, Signal } from './otlp-settings.ts';
import { connectionError } from './connection-error.ts';
import { grpcRefusal, type AnswerHeaders } from './grpc-refusal.ts';
import { gzip } from './gzip.ts';

import { readBody } from './read-body.ts';
import { noAnswer, processEnded } from './send-error.ts';
import type { Sender } from './sender.ts';
import { readTlsFiles } from './tls-files.ts';
import { VERSION } from '../otel/version.ts';
import { timers } from '../otel/timers.ts';

const SERVICES: Readonly<Record<Signal, string>> = {
  traces: 'trace.v1.TraceService',
  metrics: 'metrics.v1.MetricsService',
  logs: 'logs.v1.LogsService',
};
const USER_AGENT = `clew-sdk/${VERSION}`;
/** Whether the message is compressed, and its length. */
const PREFIX_BYTES = 5;
/** Longest timeout that `grpc-timeout` has digits for. */
const MAX_TIMEOUT_MILLIS = 99_999_999;

/**
 * Calls the service of `signal` at the host of `settings.url`, over one connection that is made anew when it is lost.
 *
 * @throws when a file of `settings` (certificate, key) cannot be read
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
// oxlint-disable-next-line max-lines-per-function -- its functions close over the session and the calls in flight
export function createGrpcSender(signal: Signal, settings: OtlpSettings): Sender {
  const { origin } = new URL(settings.url);
  const path = `/opentelemetry.proto.collector.${SERVICES[signal]}/Export`;
  const tls = readTlsFiles(settings);
  const isGzip = settings.compression === 'gzip';
  const inFlight = new Set<ClientHttp2Stream>();
  let aborts = 0;
  let connection: ClientHttp2Session | undefined;

  function openConnection(): ClientHttp2Session {
    if (connection !== undefined && !connection.closed && !connection.destroyed) return connection;
    connection = process.getBuiltinModule('node:http2').connect(origin, tls);
    connection.unref();
    connection.on('error', () => {}); // each call gets it too
    return connection;
  }

  async function call(message: Uint8Array, timeoutMillis: number): Promise<Uint8Array> {
    const abortsBefore = aborts;
    const payload = isGzip ? await gzip(message) : message;
    if (aborts > abortsBefore) throw processEnded(settings.url);
    const stream = openConnection().request(headersFor(timeoutMillis));
    const timer = timers.setTimeout(() => stream.destroy(noAnswer(settings.url, timeoutMillis)), timeoutMillis).unref();
    inFlight.add(stream);
    stream.on('error', () => {}); // who reads the answer gets it; what comes after that concerns nobody
    stream.once('close', () => {
      timers.clearTimeout(timer);
      inFlight.delete(stream);
    });
    stream.end(frame(payload, isGzip));
    return answerOf(stream);
  }

  function headersFor(timeoutMillis: number): OutgoingHttpHeaders {
    return {
      ...settings.headers,
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': USER_AGENT,
      'grpc-timeout': `${Math.min(Math.ceil(timeoutMillis), MAX_TIMEOUT_MILLIS)}m`,
      ...(isGzip && { 'grpc-encoding': 'gzip' }),
    };
  }

  async function answerOf(stream: ClientHttp2Stream): Promise<Uint8Array> {
    let headers: AnswerHeaders = {};
    const add = (more: AnswerHeaders) => (headers = { ...headers, ...more });
    stream.on('response', add).on('trailers', add);
    const body = await readBody(stream);
    if (headers['grpc-status'] !== '0') throw grpcRefusal(settings.url, headers, settings.headers);
    return body.subarray(PREFIX_BYTES);
  }

  return {
    async send(body, timeoutMillis) {
      try {
        return await call(body, timeoutMillis);
      } catch (error) {
        // A call that waits for a connection is only told that it was cancelled; the reason is the cause.
        const { cause } = error as Error;
        throw connectionError(cause instanceof Error ? cause : (error as Error), settings.url);
      }
    },
    abort() {
      aborts += 1;
      for (const stream of inFlight) stream.destroy(processEnded(settings.url));
    },
  };
}

function frame(payload: Uint8Array, isCompressed: boolean): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt8(isCompressed ? 1 : 0, 0);
  prefix.writeUInt32BE(payload.byteLength, 1);
  return Buffer.concat([prefix, payload]);
}
