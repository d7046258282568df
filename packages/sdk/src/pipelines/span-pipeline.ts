import { setImmediate } from 'node:timers/promises';

import { trace } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { TracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';

import { noteLocalRoot } from '@clew/spans';
import type { TraceLifetimes } from '@clew/spans/internal';

import { guardedIdGenerator } from '../guarded/guarded-id-generator.ts';
import { guardedProcessor } from '../guarded/guarded-processor.ts';
import { guardedTracerProvider } from '../guarded/guarded-tracer-provider.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { otlpSettingsFor } from '../options/otlp-settings-for.ts';
import { createAccount, type Account } from '../outbox/account.ts';
import type { Outbox, SignalStatus } from '../outbox/outbox.ts';
import { spanFormat, type SpanFormat } from '../outbox/encoding/span-format.ts';
import type { Scope } from '../outbox/queue/record-queue.ts';
import type { Enqueue, Stage } from '../outbox/stage.ts';
import { randomIds } from '../otel/random-ids.ts';
import { spanFacts, type SpanFacts } from '../otel/span-facts.ts';
import { redactSpans } from '../redaction/redact-spans.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { Pipeline } from './pipeline.ts';
import { createSampler, refusedBy } from './sampler.ts';
import type { OpenedSampling } from './sampling.ts';
import { spanObserver } from '../otel/span-observer.ts';
import type { TraceExporters } from './trace-exporter.ts';
import { createForeignLinker } from '../propagation/trust-boundary.ts';

const SAMPLED = 0b1;

/** The way of the spans, which also counts those in exporters that are not the outbox. */
export interface SpanPipeline extends Pipeline {
  readonly provider: TracerProvider;
  status(): SignalStatus;
}

/** Parts that the spans share with the rest of the SDK. */
export interface SpanPipelineParts {
  readonly resource: Resource;
  readonly outbox: Outbox;
  /** Told of each span that starts and ends. */
  readonly lifetimes: TraceLifetimes;
  readonly redactor: Redactor;
  /** Creates the exporters that are not the outbox. It is called where the options name any. */
  openExporters(options: ResolvedOptions, account: Account): TraceExporters;
  /** Format of OTLP/JSON. It is called where the options name that. */
  jsonFormat(): SpanFormat;
  /** The sampling policy in force. */
  readonly sampling?: OpenedSampling | undefined;
  /** Creates the stage in which recorded spans wait for a decision about their trace. */
  readonly openStage?: OpenSpanStage | undefined;
}

/** A stage of spans, which reads facts and not spans of a class. */
export interface SpanStage {
  /** Takes a span over. As in `Stage`, the buffer is lent, and the encoded span is its first `length` bytes. */
  take(facts: SpanFacts, scope: Scope, buffer: Buffer, length: number): void;
}

type OpenSpanStage = (out: { readonly enqueue: Enqueue; readonly amend: SpanFormat['amend'] }) => SpanStage;

/** From the sampler to the outbox and to the exporters of the application. */
export function createSpanPipeline(options: ResolvedOptions, parts: SpanPipelineParts): SpanPipeline {
  const { resource, lifetimes, redactor, sampling } = parts;
  const account = createAccount();
  const exporters = options.exporters.traces.some(isOther) ? parts.openExporters(options, account) : undefined;
  const batches = exporters?.processors ?? [];
  const hasOthers = batches.length + options.spanProcessors.length > 0;
  const isAllInOutbox = !hasOthers && options.exporters.traces.includes('otlp'); // it counts them itself
  const provider = new TracerProvider({
    resource,
    sampler: createSampler(options, sampling),
    spanLimits: spanLimitsOf(options),
    spanProcessors: [
      localRootNoter,
      ...(options.trust === 'all' ? [] : [createForeignLinker()]),
      spanObserver({ onStart: lifetimes.spanStarted, onEnd: lifetimes.spanEnded }),
      ...options.spanProcessors.map(guardedProcessor),
      ...outboxProcessors(options, parts),
      ...(isAllInOutbox ? [] : [countEnded(account)]),
      ...batches,
      redactSpans(redactor), // at the ending of a span, which is before the end for all of them
    ],
    idGenerator: options.idGenerator === undefined ? randomIds() : guardedIdGenerator(options.idGenerator),
  });
  let isRegistered = false;
  let ended = 0;
  async function flush(timeoutMillis: number): Promise<void> {
    if (!hasOthers) return;
    // A batch that waits for the resource is in no queue: it must have reached its exporter before that is asked.
    await resource.waitForAsyncAttributes?.();
    await setImmediate();
    await Promise.allSettled([provider.forceFlush({ timeoutMillis })]);
    await exporters?.flush();
  }

  return {
    provider,
    status: () => ({ ...account, queued: batches.length === 0 ? 0 : waitingIn(account), queuedBytes: 0 }),
    register() {
      isRegistered = trace.setGlobalTracerProvider(guardedTracerProvider(provider, refusedBy(options, sampling)));
    },
    flush,
    async end(timeoutMillis) {
      ended = account.recorded;
      await flush(timeoutMillis);
    },
    hasUnsent: () => hasOthers && account.recorded !== ended,
    async shutdown() {
      sampling?.close();
      if (isRegistered) trace.disable();
      if (hasOthers) await provider.shutdown();
    },
  };
}

/** Hands each ended span to the outbox, if OTLP is among the exporters. */
function outboxProcessors(
  options: ResolvedOptions,
  { resource, outbox, jsonFormat, openStage }: SpanPipelineParts,
): SpanProcessor[] {
  if (!options.exporters.traces.includes('otlp')) return [];
  const settings = otlpSettingsFor('traces', options);
  const format = settings.protocol === 'http/json' ? jsonFormat() : spanFormat();
  const add = outbox.open<ReadableSpan>({
    signal: 'traces',
    format,
    settings,
    resource,
    batch: options.batch,
    openStage: openStage && ((enqueue) => readingFacts(openStage({ enqueue, amend: format.amend }))),
  });
  // A stage decides for itself what to do with spans that are recorded and not sampled.
  const onEnd = openStage === undefined ? (span: ReadableSpan) => isSampled(span) && add(span) : add;
  return [spanObserver({ onEnd })];
}

const isOther = (exporter: unknown): boolean => exporter !== 'otlp' && exporter !== 'none';

function readingFacts(stage: SpanStage): Stage<ReadableSpan> {
  return { take: (span, scope, buffer, length) => stage.take(spanFacts(span), scope, buffer, length) };
}

const isSampled = (span: ReadableSpan): boolean => (span.spanContext().traceFlags & SAMPLED) !== 0;

function countEnded(account: Account): SpanProcessor {
  return spanObserver({ onEnd: (span) => void (isSampled(span) && (account.recorded += 1)) });
}

function waitingIn({ recorded, sent, dropped }: Account): number {
  return recorded - sent - Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

function spanLimitsOf({ limits }: ResolvedOptions) {
  return {
    attributeValueLengthLimit: limits.attributeValueLength,
    attributeCountLimit: limits.attributeCount,
    eventCountLimit: limits.eventCount,
    linkCountLimit: limits.linkCount,
    attributePerEventCountLimit: limits.attributePerEventCount,
    attributePerLinkCountLimit: limits.attributePerLinkCount,
  };
}

/** Makes `localRoot()` of `@clew/spans` work inside spans that instrumentations start. */
const localRootNoter = spanObserver({ onStart: noteLocalRoot });
