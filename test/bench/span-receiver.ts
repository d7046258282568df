import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

import { decodeTraces, decodeTracesJson } from '@clew/viewer';

/** Takes the spans of one contender, in OTLP or in the protocols of Datadog's agent and of Sentry. */
export interface SpanReceiver extends AsyncDisposable {
  readonly port: number;
  /** How many requests have come. */
  requests(): number;
  /** Decodes what has come since it was last asked: not before, since that would disturb what is measured. */
  spans(): number;
}

interface Export {
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
}

// BullMQ brings it
const { unpack } = createRequire(createRequire(import.meta.url).resolve('bullmq'))('msgpackr') as {
  unpack(body: Buffer): unknown;
};

export async function startSpanReceiver(): Promise<SpanReceiver> {
  let waiting: Export[] = [];
  let requests = 0;
  let spans = 0;
  const server = createServer((request, response) => {
    void buffer(request).then((bytes) => {
      const { 'content-encoding': encoding, 'content-type': contentType = '' } = request.headers;
      const body = encoding === 'gzip' ? gunzipSync(bytes) : bytes;
      const each = { path: request.url ?? '', contentType, body };
      if (decoderOf(each) !== undefined) {
        waiting.push(each);
        requests++;
      }
      response.end(isOtlp(each.path) ? undefined : '{}');
    });
  });
  server.keepAliveTimeout = 0; // senders take turns, and may be silent for long
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    spans() {
      for (const each of waiting) spans += decoderOf(each)?.(each.body) ?? 0;
      waiting = [];
      return spans;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const isOtlp = (path: string) => path.startsWith('/v1/');

/** Undefined for everything that holds no spans. */
function decoderOf({ path, contentType }: Export): ((body: Buffer) => number) | undefined {
  if (path === '/v1/traces') return contentType.startsWith('application/json') ? otlpJsonSpans : otlpSpans;
  if (path.startsWith('/v0.4/traces')) return datadogSpans;
  if (path.includes('/envelope/')) return sentrySpans;
  return undefined;
}

const otlpSpans = (body: Buffer) => decodeTraces(body)?.length ?? 0;
const otlpJsonSpans = (body: Buffer) => decodeTracesJson(body.toString())?.length ?? 0;

/** @see https://docs.datadoghq.com/tracing/guide/send_traces_to_agent_by_api/ */
function datadogSpans(body: Buffer): number {
  return (unpack(body) as unknown[][]).reduce((sum, trace) => sum + trace.length, 0);
}

/** @see https://develop.sentry.dev/sdk/foundations/transport/envelopes/ */
function sentrySpans(body: Buffer): number {
  const lines = body.toString().split('\n');
  let spans = 0;
  lines.forEach((line, index) => {
    if (!line.startsWith('{"type":')) return;
    const header = JSON.parse(line) as { type: string; item_count?: number };
    if (header.type === 'span') spans += header.item_count ?? 1;
    if (header.type === 'transaction') spans += 1 + transactionChildren(lines[index + 1]);
  });
  return spans;
}

function transactionChildren(payload = '{}'): number {
  return (JSON.parse(payload) as { spans?: unknown[] }).spans?.length ?? 0;
}
