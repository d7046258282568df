// What becomes of a span between its start and the bytes of a request, by OpenTelemetry's batches and by encoding each span
// when it ends, as ratios of neighbours in time.
import { cpus } from 'node:os';

import { type Attributes, ROOT_CONTEXT, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { createTraceLifetimes } from '@clew/spans/internal';
import { emptyResource } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

import { DEFAULTS } from '../../packages/sdk/src/options/options.ts';
import { createArena } from '../../packages/sdk/src/outbox/queue/arena.ts';
import type { Outbox } from '../../packages/sdk/src/outbox/outbox.ts';
import { createProtobufWriter } from '../../packages/sdk/src/outbox/encoding/protobuf-writer.ts';
import { createRecordQueue } from '../../packages/sdk/src/outbox/queue/record-queue.ts';
import type { SignalOutboxOptions } from '../../packages/sdk/src/outbox/signal-outbox.ts';
import { encodeSpan } from '../../packages/sdk/src/outbox/encoding/span-encoder.ts';
import { createRedactor } from '../../packages/sdk/src/redaction/redactor.ts';
import { jsonSpanFormat } from '../../packages/sdk/src/outbox/encoding/json-span-format.ts';
import { createSpanPipeline } from '../../packages/sdk/src/pipelines/span-pipeline.ts';
import { createTraceExporters } from '../../packages/sdk/src/pipelines/trace-exporter.ts';
import { median } from './median.ts';

/** One way from spans to bytes. */
interface Candidate {
  readonly name: string;
  /** Brings `SPANS` spans the whole way. Returns the bytes that came of them. */
  run(): number | Promise<number>;
}

/** Where spans go when they end. */
interface Destination {
  readonly provider: Pick<TracerProvider, 'getTracer' | 'forceFlush'>;
  /** The bytes of the spans that ended since it was last asked. */
  takeBytes(): number;
}

const SPANS = 512;
const SPANS_PER_TRACE = 4;
const ROUNDS = 201;
const WARM_UP_ROUNDS = 100;
const MAX_RECORD_BYTES = 2 ** 20;
const QUEUE_BYTES = 32 * 2 ** 20;

/** Runs the benchmark and returns its table in Markdown. */
export async function run(): Promise<string> {
  const spans = endedSpans();
  const rows = [
    ...(await measure('ended spans to bytes', [serializing(spans), encoding(spans)])),
    ...(await measure('start, end and bytes', [
      tracing('OpenTelemetry: batch, then serialize', serializeInBatches()),
      tracing('Clew: redacted, encoded at end and queued', wholePipeline('clew')),
      tracing("the same with OpenTelemetry's tracer behind guards", wholePipeline('upstream')),
      tracing('encode at end, nothing else', encodeAtEnd()),
      tracing('neither: the spans alone', forget()),
    ])),
  ];
  return [
    `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ` +
      `${new Date().toISOString().slice(0, 10)}; medians of ${ROUNDS} interleaved rounds of ${SPANS} spans`,
    '',
    '| what | how | ns a span | × the first | bytes a span |',
    '| --- | --- | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

async function measure(what: string, candidates: readonly Candidate[]): Promise<string[]> {
  const rounds: { nanos: number; bytes: number }[][] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const results: { nanos: number; bytes: number }[] = [];
    for (const candidate of candidates) {
      const start = process.hrtime.bigint();
      const bytes = await candidate.run();
      const nanos = Number(process.hrtime.bigint() - start);
      results.push({ nanos: nanos / SPANS, bytes: bytes / SPANS });
    }
    if (round >= 0) rounds.push(results);
  }
  return candidates.map(({ name }, index) => {
    const nanosOf = (round: number, candidate: number) => rounds[round]?.[candidate]?.nanos ?? Number.NaN;
    const nanos = median(rounds.map((_, round) => nanosOf(round, index)));
    const ratio = median(rounds.map((_, round) => nanosOf(round, index) / nanosOf(round, 0)));
    const bytes = median(rounds.map((results) => results[index]?.bytes ?? Number.NaN));
    return `| ${what} | ${name} | ${nanos.toFixed(0)} | ${index === 0 ? '' : ratio.toFixed(2)} | ${bytes.toFixed(0)} |`;
  });
}

function serializing(spans: ReadableSpan[]): Candidate {
  return { name: 'OpenTelemetry: serialize the batch', run: () => serializedBytes(spans) };
}

function encoding(spans: readonly ReadableSpan[]): Candidate {
  const writer = createProtobufWriter(MAX_RECORD_BYTES);
  return {
    name: 'encode one after another',
    run() {
      let bytes = 0;
      for (const span of spans) {
        writer.reset();
        encodeSpan(span, writer);
        bytes += writer.position;
      }
      return bytes;
    },
  };
}

function tracing(name: string, { provider, takeBytes }: Destination): Candidate {
  const tracer = provider.getTracer('shop', '1.0.0');
  return {
    name,
    async run() {
      startAndEndSpans(tracer);
      await provider.forceFlush();
      return takeBytes();
    },
  };
}

function serializeInBatches(): Destination {
  let bytes = 0;
  const processor = new BatchSpanProcessor({
    maxExportBatchSize: SPANS,
    maxQueueSize: 4 * SPANS,
    exporter: {
      export(spans, done) {
        bytes += serializedBytes(spans);
        done({ code: 0 });
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  });
  return { provider: providerOf(processor), takeBytes: () => taken(bytes, () => (bytes = 0)) };
}

/** All that `start()` puts between a call and the outbox, and the outbox's queue, without its courier. */
function wholePipeline(tracer: 'clew' | 'upstream'): Destination {
  const arena = createArena(QUEUE_BYTES);
  const hooks = { resource: () => undefined, makeRoom: () => false, onDropped() {} };
  const limits = { maxBatchSize: SPANS, maxQueueSize: undefined };
  const queue = createRecordQueue(arena, { threadId: 0, queue: 0 }, limits, hooks);
  const outbox: Pick<Outbox, 'open'> = {
    open<Item>({ format }: SignalOutboxOptions<Item>) {
      const scope = { id: 1, definition: format.defineScope({ name: 'shop', version: '1.0.0' }) };
      return (item: Item) => {
        const { buffer, length } = format.encode(item);
        queue.push(scope, buffer, length);
      };
    },
  };
  const { provider } = createSpanPipeline(
    { ...DEFAULTS, tracer },
    {
      resource: emptyResource(),
      outbox: outbox as Outbox,
      lifetimes: createTraceLifetimes(),
      redactor: createRedactor(DEFAULTS.redact),
      openExporters: createTraceExporters,
      jsonFormat: jsonSpanFormat,
    },
  );
  const takeBytes = () => taken(queue.bytes(), () => queue.clear());
  return { provider, takeBytes };
}

/** Encodes each span when it ends and keeps its bytes, over the oldest ones when the queue is full. */
function encodeAtEnd(): Destination {
  const writer = createProtobufWriter(MAX_RECORD_BYTES);
  const queue = Buffer.alloc(QUEUE_BYTES);
  let position = 0;
  let bytes = 0;
  const processor = processorThat((span) => {
    writer.reset();
    encodeSpan(span, writer);
    if (position + writer.position > queue.length) position = 0;
    writer.buffer.copy(queue, position, 0, writer.position);
    position += writer.position;
    bytes += writer.position;
  });
  return { provider: providerOf(processor), takeBytes: () => taken(bytes, () => (bytes = 0)) };
}

/** What is left is the price of the SDK's own spans. */
function forget(): Destination {
  return { provider: providerOf(processorThat(() => {})), takeBytes: () => 0 };
}

function providerOf(processor: SpanProcessor): TracerProvider {
  return new TracerProvider({ spanProcessors: [processor] });
}

function processorThat(onEnd: (span: ReadableSpan) => void): SpanProcessor {
  return { onStart() {}, onEnd, forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() };
}

function endedSpans(): ReadableSpan[] {
  const spans: ReadableSpan[] = [];
  const provider = new TracerProvider({ spanProcessors: [processorThat((span) => void spans.push(span))] });
  startAndEndSpans(provider.getTracer('shop', '1.0.0'));
  return spans;
}

function startAndEndSpans(tracer: Tracer): void {
  let parent = ROOT_CONTEXT;
  for (let n = 0; n < SPANS; n++) {
    if (n % SPANS_PER_TRACE === 0) parent = ROOT_CONTEXT;
    const span = tracer.startSpan('GET /orders/{id}', { kind: SpanKind.SERVER, attributes: attributesOf(n) }, parent);
    parent = trace.setSpan(parent, span);
    span.end();
  }
}

/** What a server span has: ten attributes, two of them numbers. */
function attributesOf(n: number): Attributes {
  return {
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'http.route': '/orders/{id}',
    'url.scheme': 'http',
    'url.path': `/orders/${n}`,
    'server.address': 'orders.internal',
    'server.port': 8080,
    'client.address': `10.0.0.${n % 250}`,
    'network.protocol.version': '1.1',
    'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
  };
}

function serializedBytes(spans: ReadableSpan[]): number {
  const request = ProtobufTraceSerializer.serializeRequest(spans);
  if (request === undefined) throw new Error('the spans could not be serialized');
  return request.length;
}

function taken(bytes: number, reset: () => void): number {
  reset();
  return bytes;
}
