import { setImmediate } from 'node:timers/promises';

import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';

import { judgeByErrors } from '@clew/logs/hold';
import { noteLocalRoot } from '@clew/spans';

import { batchConfig } from './batch-config.ts';
import { countedExporter } from './counted-exporter.ts';
import { guardedProcessor } from '../guarded/guarded-processor.ts';
import type { OpenSpans } from './open-spans.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { otlpSettingsFor } from '../options/otlp-settings-for.ts';
import { createAccount, type Account } from '../outbox/account.ts';
import type { Outbox, SignalStatus } from '../outbox/outbox.ts';
import { spanFormat } from '../outbox/encoding/span-format.ts';
import { redactSpans } from '../redaction/redact-spans.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { createSampler } from './sampler.ts';
import { spanObserver } from '../otel/span-observer.ts';
import { createTraceExporters } from './trace-exporter.ts';
import { createForeignLinker } from '../propagation/trust-boundary.ts';

/** Something that holds telemetry which is not sent yet. */
export interface Pipeline {
  /** Sends what waits and what is in flight, which takes the event loop; never rejects. */
  flush(timeoutMillis: number): Promise<void>;
  /** How many records it was given so far: when the number has grown, there is something to flush. */
  recorded(): number;
  shutdown(): Promise<void>;
}

const SAMPLED = 0b1;

/** Where spans come from, and what is beside the outbox to flush. */
export interface SpanPipeline {
  readonly provider: TracerProvider;
  /** The exporters and processors that are not the outbox, where there are any. */
  readonly pipeline: Pipeline | undefined;
  /** What became of the spans in those. */
  status(): SignalStatus;
}

/** What the spans share with the rest of the SDK. */
export interface SpanPipelineParts {
  readonly resource: Resource;
  readonly outbox: Outbox;
  readonly openSpans: OpenSpans;
  readonly redactor: Redactor;
}

/** From the sampler to the outbox and to the exporters of the application. */
export function createSpanPipeline(
  options: ResolvedOptions,
  { resource, outbox, openSpans, redactor }: SpanPipelineParts,
): SpanPipeline {
  const account = createAccount();
  const exporters = createTraceExporters(options);
  const batches = exporters.map((exporter) => {
    return new BatchSpanProcessor({ exporter: countedExporter(exporter, account), ...batchConfig(options.batch) });
  });
  const hasOthers = exporters.length + options.spanProcessors.length > 0;
  const isAllInOutbox = !hasOthers && options.exporters.traces.includes('otlp'); // it counts them itself
  const provider = new TracerProvider({
    resource,
    sampler: createSampler(options),
    spanLimits: spanLimitsOf(options),
    spanProcessors: [
      localRootNoter,
      ...(options.trust === 'all' ? [] : [createForeignLinker()]),
      openSpans.processor,
      ...(options.logs.hold === 'none' ? [] : [judgeByErrors()]),
      ...options.spanProcessors.map(guardedProcessor),
      ...outboxProcessors(options, resource, outbox),
      ...(isAllInOutbox ? [] : [countEnded(account)]),
      ...batches,
      redactSpans(redactor), // at the ending of a span, which is before the end for all of them
    ],
    ...(options.idGenerator !== undefined && { idGenerator: options.idGenerator }),
  });
  const status = () => ({ ...account, queued: exporters.length === 0 ? 0 : waitingIn(account), queuedBytes: 0 });
  if (!hasOthers) return { provider, pipeline: undefined, status };

  const pipeline: Pipeline = {
    async flush(timeoutMillis) {
      // A batch that waits for the resource is in no queue: it must have reached its exporter before that is asked.
      await resource.waitForAsyncAttributes?.();
      await setImmediate();
      await Promise.allSettled([provider.forceFlush({ timeoutMillis })]);
      await Promise.allSettled(exporters.map(async (exporter) => exporter.forceFlush?.()));
    },
    recorded: () => account.recorded,
    shutdown: () => provider.shutdown(),
  };
  return { provider, pipeline, status };
}

/** Hands each ended span to the outbox, if OTLP is among the exporters. */
function outboxProcessors(options: ResolvedOptions, resource: Resource, outbox: Outbox): SpanProcessor[] {
  if (!options.exporters.traces.includes('otlp')) return [];
  const settings = otlpSettingsFor('traces', options);
  const format = spanFormat(settings.protocol);
  const add = outbox.open<ReadableSpan>({ signal: 'traces', format, settings, resource, batch: options.batch });
  return [spanObserver({ onEnd: (span) => isSampled(span) && add(span) })];
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
