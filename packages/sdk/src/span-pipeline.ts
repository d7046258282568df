import { setImmediate } from 'node:timers/promises';

import { ExportResultCode } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';

import { describeError } from '@clew/diagnostics';
import { noteLocalRoot } from '@clew/spans';

import { batchConfig } from './batch-config.ts';
import type { ResolvedOptions } from './options.ts';
import { createSampler } from './sampler.ts';
import { SendError } from './send-error.ts';
import { spanObserver } from './span-observer.ts';
import type { Tally } from './tally.ts';
import { tellUntoldFailure } from './telling-exporter.ts';
import { createTraceExporters, type AbortableSpanExporter } from './trace-exporter.ts';
import { createForeignLinker } from './trust-boundary.ts';

/** Something that holds telemetry which is not sent yet. */
export interface Pipeline {
  /** Sends what waits and what is in flight; never rejects. */
  flush(timeoutMillis: number): Promise<void>;
  /** Gives up what is not sent by now. */
  abort(): void;
  /** How many records it was given so far: when the number has grown, there is something to flush. */
  recorded(): number;
  shutdown(): Promise<void>;
}

const SAMPLED = 0b1;

/** From the sampler to the exporters. What becomes of the spans is counted in `tally`. */
export function createSpanPipeline(
  options: ResolvedOptions,
  resource: Resource,
  tally: Tally,
): Pipeline & { readonly provider: TracerProvider } {
  const exporters = createTraceExporters(options);
  const batches = exporters.map((exporter) => {
    return new BatchSpanProcessor({ exporter: counted(exporter, tally), ...batchConfig(options.batch) });
  });
  const provider = new TracerProvider({
    resource,
    sampler: createSampler(options),
    spanLimits: spanLimitsOf(options),
    spanProcessors: [localRootNoter, createForeignLinker(), countEnded(tally), ...options.spanProcessors, ...batches],
    ...(options.idGenerator !== undefined && { idGenerator: options.idGenerator }),
  });

  return {
    provider,
    async flush(timeoutMillis) {
      // A batch that waits for the resource is in no queue: it must have reached its exporter before that is asked.
      await resource.waitForAsyncAttributes?.();
      await setImmediate();
      await Promise.allSettled([provider.forceFlush({ timeoutMillis })]);
      await Promise.allSettled(exporters.map(async (exporter) => exporter.forceFlush?.()));
    },
    abort() {
      for (const exporter of exporters) exporter.abort?.();
    },
    recorded: () => tally.ended,
    shutdown: () => provider.shutdown(),
  };
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

function countEnded(tally: Tally): SpanProcessor {
  return spanObserver({
    onEnd(span) {
      if ((span.spanContext().traceFlags & SAMPLED) !== 0) tally.ended += 1;
    },
  });
}

/** The same exporter; an exception of it is a failed export, and every failure is told once per cause. */
function counted(exporter: AbortableSpanExporter, tally: Tally): AbortableSpanExporter {
  const lose = (spans: readonly ReadableSpan[], error: unknown) => {
    const reason = error instanceof SendError ? error.reason : describeError(error);
    tally.lost[reason] = (tally.lost[reason] ?? 0) + spans.length;
    tally.lastError = error instanceof Error ? error.message : reason;
    tellUntoldFailure('traces', error);
  };
  return {
    export(spans, done) {
      try {
        exporter.export(spans, (result) => {
          if (result.code === ExportResultCode.SUCCESS) tally.sent += spans.length;
          else lose(spans, result.error);
          done({ code: ExportResultCode.SUCCESS }); // counted and told; the processor would tell it again
        });
      } catch (error) {
        lose(spans, error);
        done({ code: ExportResultCode.SUCCESS });
      }
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
