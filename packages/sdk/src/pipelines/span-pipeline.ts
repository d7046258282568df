import { setImmediate } from 'node:timers/promises';

import { trace } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

import { noteLocalRoot } from '@clew/spans';
import type { TraceLifetimes } from '@clew/spans/internal';

import { guardedIdGenerator } from '../guarded/guarded-id-generator.ts';
import { guardedProcessor } from '../guarded/guarded-processor.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { hasMetrics } from '../options/other-signals.ts';
import { otlpSettingsFor } from '../options/otlp-settings-for.ts';
import { createAccount, type Account } from '../outbox/account.ts';
import type { Outbox, SignalStatus } from '../outbox/outbox.ts';
import { spanFormat, type SpanFormat } from '../outbox/encoding/span-format.ts';
import type { OpenStage } from '../outbox/stage.ts';
import { randomIds } from '../otel/random-ids.ts';
import { redactSpans } from '../redaction/redact-spans.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { createTracerProvider, type ClewTracerProvider } from '../tracing/clew-tracer-provider.ts';
import type { Pipeline } from './pipeline.ts';
import { createSampler, isAllOthersKept, readsOfRoots, refusedBy } from './sampler.ts';
import type { OpenedSampling } from './sampling.ts';
import { spanObserver } from '../otel/span-observer.ts';
import type { TailWays } from './tail.ts';
import type { TraceExporters } from './trace-exporter.ts';
import type { createUpstreamProvider } from './upstream-tracer.ts';
import { createForeignLinker } from '../propagation/trust-boundary.ts';

const SAMPLED = 0b1;

/** The way of the spans, which also counts those in exporters that are not the outbox. */
export interface SpanPipeline extends Pipeline {
  readonly provider: ClewTracerProvider;
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
  /** Creates OpenTelemetry's provider. It is called where the options ask for that. */
  createUpstreamProvider: typeof createUpstreamProvider;
  /** The sampling policy in force. */
  readonly sampling?: OpenedSampling | undefined;
}

/** From the sampler to the outbox and to the exporters of the application. */
export function createSpanPipeline(options: ResolvedOptions, parts: SpanPipelineParts): SpanPipeline {
  const { resource, lifetimes, redactor, sampling } = parts;
  const account = createAccount();
  const exporters = options.exporters.traces.some(isOther) ? parts.openExporters(options, account) : undefined;
  const batches = exporters?.processors ?? [];
  const hasOthers = batches.length + options.spanProcessors.length > 0;
  const isAllInOutbox = !hasOthers && options.exporters.traces.includes('otlp'); // it counts them itself
  const others = [...options.spanProcessors.map(guardedProcessor), ...batches];
  // The first to read an ended span is the encoder, where nobody else is there.
  const isRedactedAsEncoded = isAllInOutbox && otlpSettingsFor('traces', options).protocol !== 'http/json';
  const openOutbox = options.exporters.traces.includes('otlp')
    ? outboxOpener(options, parts, isRedactedAsEncoded)
    : undefined;
  const ahead = aheadOf(options, redactor, isRedactedAsEncoded);
  const ways =
    sampling === undefined
      ? [...others, ...outboxProcessors(openOutbox), ...(isAllInOutbox ? [] : [countEnded(account)])]
      : sampling.open({ others, account, openOutbox, ahead }); // before its sampler is asked
  const provider = createProvider(options, parts, [
    ...(options.tracer === 'upstream' ? [localRootNoter] : []), // our own tracer does it
    ...(options.trust === 'all' ? [] : [createForeignLinker()]),
    ...ways,
    spanObserver({ onStart: lifetimes.spanStarted, onEnd: lifetimes.spanEnded }), // what follows from an end has the span
    redactSpans(redactor, (span) => isRedactedAsEncoded && (sampling !== undefined || isSampled(span))), // at the ending of a span, which is before the end for all of them
  ]);
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
    status: () => {
      const counts = sampling?.counts();
      const waiting =
        batches.length === 0 ? 0 : waitingIn(account) - (counts?.undecided ?? 0) - (counts?.sampledOut ?? 0);
      return { ...account, queued: waiting, queuedBytes: 0, ...counts };
    },
    register() {
      isRegistered = trace.setGlobalTracerProvider(provider);
    },
    flush,
    async end(timeoutMillis) {
      ended = account.recorded;
      await flush(timeoutMillis);
    },
    hasUnsent: () => hasOthers && (account.recorded !== ended || (sampling?.undecided.count() ?? 0) > 0),
    async shutdown() {
      if (isRegistered) trace.disable();
      if (hasOthers) await provider.shutdown();
    },
  };
}

/** A span that is not encoded is not redacted where the encoder does that: then nobody else must read it. */
function aheadOf(options: ResolvedOptions, redactor: Redactor, isRedactedAsEncoded: boolean): TailWays['ahead'] {
  if (!isRedactedAsEncoded) return { filter: undefined };
  const isReadLater = hasMetrics(options) && options.metricExport.localRoots;
  if (isReadLater || redactor.generation() === undefined) return undefined; // a function is asked once about each text
  return { filter: { name: (name) => redactor.text('span.name', name), attribute: redactor.value } };
}

/** A provider whose tracers and spans bear whatever they are called with. */
function createProvider(
  options: ResolvedOptions,
  { resource, sampling, createUpstreamProvider }: SpanPipelineParts,
  spanProcessors: SpanProcessor[],
): ClewTracerProvider {
  const settings = {
    resource,
    sampler: createSampler(options, sampling),
    spanLimits: spanLimitsOf(options),
    spanProcessors,
    idGenerator: options.idGenerator === undefined ? randomIds() : guardedIdGenerator(options.idGenerator),
  };
  const refuses = refusedBy(options, sampling);
  if (options.tracer === 'upstream') return createUpstreamProvider(settings, refuses);
  const keepsOthers = isAllOthersKept(options, sampling);
  return createTracerProvider({
    ...settings,
    refuses,
    readsOfRoots: readsOfRoots(options, sampling),
    keepsOthers,
  });
}

/** Opens the outbox for spans, with a stage where a format has one; returns what queues an ended span. */
export type OpenSpanOutbox = (
  openStage: ((format: SpanFormat) => OpenStage<ReadableSpan>) | undefined,
) => (span: ReadableSpan) => void;

function outboxOpener(
  options: ResolvedOptions,
  { resource, outbox, redactor, jsonFormat }: SpanPipelineParts,
  isRedactedAsEncoded: boolean,
): OpenSpanOutbox {
  const settings = otlpSettingsFor('traces', options);
  const format =
    settings.protocol === 'http/json' ? jsonFormat() : spanFormat(isRedactedAsEncoded ? redactor : undefined);
  return (openStage) =>
    outbox.open<ReadableSpan>({
      signal: 'traces',
      format,
      settings,
      resource,
      batch: options.batch,
      openStage: openStage?.(format),
    });
}

function outboxProcessors(openOutbox: OpenSpanOutbox | undefined): SpanProcessor[] {
  const add = openOutbox?.(undefined);
  return add === undefined ? [] : [spanObserver({ onEnd: (span) => void (isSampled(span) && add(span)) })];
}

const isOther = (exporter: unknown): boolean => exporter !== 'otlp' && exporter !== 'none';

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
