// What `fixtures/span-process.ts` does in a process of its own: spans that go whole ways to bytes, and calls of functions in spans.
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { emptyResource } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { span, traced } from '@clew/spans';
import { createTraceLifetimes } from '@clew/spans/internal';

import { GuardedContextManager } from '../../packages/sdk/src/guarded/guarded-context-manager.ts';
import { DEFAULTS } from '../../packages/sdk/src/options/options.ts';
import { jsonSpanFormat } from '../../packages/sdk/src/outbox/encoding/json-span-format.ts';
import { createProtobufWriter } from '../../packages/sdk/src/outbox/encoding/protobuf-writer.ts';
import { encodeSpan } from '../../packages/sdk/src/outbox/encoding/span-encoder.ts';
import type { Outbox } from '../../packages/sdk/src/outbox/outbox.ts';
import { createArena } from '../../packages/sdk/src/outbox/queue/arena.ts';
import { createRecordQueue } from '../../packages/sdk/src/outbox/queue/record-queue.ts';
import type { SignalOutboxOptions } from '../../packages/sdk/src/outbox/signal-outbox.ts';
import { createSpanPipeline } from '../../packages/sdk/src/pipelines/span-pipeline.ts';
import { createTraceExporters } from '../../packages/sdk/src/pipelines/trace-exporter.ts';
import { createUpstreamProvider } from '../../packages/sdk/src/pipelines/upstream-tracer.ts';
import { createRedactor } from '../../packages/sdk/src/redaction/redactor.ts';
import { loadPeers } from './peers.ts';

/** One piece of work, done so many times. */
export type Work = (count: number) => void | Promise<void>;

const BATCH = 512;
const SPANS_PER_TRACE = 4;
const MAX_RECORD_BYTES = 2 ** 20;
const QUEUE_BYTES = 32 * 2 ** 20;

/** The ways from the start of a span to its bytes, by name. */
export const WAYS = {
  opentelemetry: () => way(providerOf(batching())),
  clew: () => wholePipeline('clew'),
  'clew-guards': () => wholePipeline('upstream'),
  'encode-at-end': () => way(providerOf(encodingAtEnd())),
  'spans-alone': () => way(providerOf(forgetting())),
} satisfies Record<string, () => Work>;

export const add = (n: number): number => n + 1;
const addLater = async (n: number) => {
  await Promise.resolve();
  return n + 1;
};

/** Calls of a function in a span, which is forgotten when it has ended. */
export const CALLS = {
  'by-hand': (work) => (upstream(), byHand(work)),
  'by-hand-clew': (work) => (clew(), byHand(work)),
  'traced-clew': (work) => (clew(), traced('add', work)),
  'span-clew': (work) => (clew(), (n) => span('add', () => work(n))),
  autotel: async (work) => (upstream(), (await loadPeers()).autotel(work)),
  logfire: async (work) => (upstream(), (await loadPeers()).logfire(work)),
} satisfies Record<string, (work: Call) => Call | Promise<Call>>;

type Call = (n: number) => unknown;

/** @param name of a way, or of a call behind `async:` or `sync:` */
export async function workOf(name: string): Promise<Work> {
  if (name in WAYS) return WAYS[name as keyof typeof WAYS]();
  const [kind, call] = name.split(':');
  const callOf = CALLS[call as keyof typeof CALLS];
  if (kind === 'async') return callingAsync(await callOf(addLater));
  return callingSync(await callOf(add));
}

function callingAsync(call: Call): Work {
  return async (count) => {
    for (let n = 0; n < count; n++) await call(n);
  };
}

function callingSync(call: Call): Work {
  return (count) => {
    for (let n = 0; n < count; n++) call(n);
  };
}

function upstream(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(providerOf(forgetting()));
}

function clew(): void {
  context.setGlobalContextManager(new GuardedContextManager());
  trace.setGlobalTracerProvider(pipelineInto('clew', () => () => {}));
}

/** The function in a span, as one writes it without a wrapper. */
export function byHand(work: Call): Call {
  const tracer = trace.getTracer('bench');
  if (work === add) return (n) => tracer.startActiveSpan('add', (current) => inSpan(current, n));
  return (n) => tracer.startActiveSpan('add', (current) => inSpanAsync(current, n));
}

async function inSpanAsync(current: Span, n: number): Promise<number> {
  try {
    return await addLater(n);
  } catch (error) {
    fail(current, error);
    throw error;
  } finally {
    current.end();
  }
}

function inSpan(current: Span, n: number): number {
  try {
    return add(n);
  } catch (error) {
    fail(current, error);
    throw error;
  } finally {
    current.end();
  }
}

function fail(current: Span, error: unknown): void {
  current.recordException(error as Error);
  current.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
}

/** Starts and ends spans, and has them brought to bytes after each batch. */
function way(provider: Pick<TracerProvider, 'getTracer' | 'forceFlush'>, afterBatch: () => void = () => {}): Work {
  const tracer = provider.getTracer('shop', '1.0.0');
  return async (count) => {
    for (let done = 0; done < count; done += BATCH) {
      let parent = ROOT_CONTEXT;
      for (let n = 0; n < BATCH; n++) {
        if (n % SPANS_PER_TRACE === 0) parent = ROOT_CONTEXT;
        const options = { kind: SpanKind.SERVER, attributes: attributesOf(n) };
        const started = tracer.startSpan('GET /orders/{id}', options, parent);
        parent = trace.setSpan(parent, started);
        started.end();
      }
      await provider.forceFlush();
      afterBatch();
    }
  };
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

/** All that `start()` puts between a call and the outbox, and the outbox's queue, without its courier. */
function wholePipeline(tracer: 'clew' | 'upstream'): Work {
  const arena = createArena(QUEUE_BYTES);
  const hooks = { resource: () => undefined, makeRoom: () => false, onDropped() {} };
  const limits = { maxBatchSize: BATCH, maxQueueSize: undefined };
  const queue = createRecordQueue(arena, { threadId: 0, queue: 0 }, limits, hooks);
  const provider = pipelineInto(tracer, ({ format }) => {
    const scope = { id: 1, definition: format.defineScope({ name: 'shop', version: '1.0.0' }) };
    return (item) => {
      const { buffer, length } = format.encode(item);
      queue.push(scope, buffer, length);
    };
  });
  return way(provider, () => {
    if (queue.count() !== BATCH) throw new Error(`${queue.count()} of ${BATCH} spans were queued`);
    queue.clear();
  });
}

function pipelineInto(tracer: 'clew' | 'upstream', open: (options: SignalOutboxOptions<ReadableSpan>) => Add) {
  return createSpanPipeline(
    { ...DEFAULTS, tracer },
    {
      resource: emptyResource(),
      outbox: { open } as unknown as Outbox,
      lifetimes: createTraceLifetimes(),
      redactor: createRedactor(DEFAULTS.redact),
      openExporters: createTraceExporters,
      jsonFormat: jsonSpanFormat,
      createUpstreamProvider,
    },
  ).provider;
}

type Add = (item: ReadableSpan) => void;

function providerOf(processor: SpanProcessor): TracerProvider {
  return new TracerProvider({ spanProcessors: [processor] });
}

function batching(): SpanProcessor {
  return new BatchSpanProcessor({
    maxExportBatchSize: BATCH,
    maxQueueSize: 4 * BATCH,
    exporter: {
      export(spans, done) {
        if (ProtobufTraceSerializer.serializeRequest(spans) === undefined) throw new Error('not serialized');
        done({ code: 0 });
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  });
}

/** Encodes each span when it ends and keeps its bytes, over the oldest ones when the queue is full. */
function encodingAtEnd(): SpanProcessor {
  const writer = createProtobufWriter(MAX_RECORD_BYTES);
  const queue = Buffer.alloc(QUEUE_BYTES);
  let position = 0;
  return processorThat((ended) => {
    writer.reset();
    encodeSpan(ended, writer);
    if (position + writer.position > queue.length) position = 0;
    writer.buffer.copy(queue, position, 0, writer.position);
    position += writer.position;
  });
}

/** What is left is the price of the SDK's own spans. */
function forgetting(): SpanProcessor {
  return processorThat(() => {});
}

function processorThat(onEnd: (span: ReadableSpan) => void): SpanProcessor {
  return { onStart() {}, onEnd, forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() };
}
