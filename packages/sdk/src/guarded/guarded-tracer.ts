import { guard, readProperty, reportOnce } from '@clew/diagnostics';
import type { Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { Span as SdkSpan } from '@opentelemetry/sdk-trace';

import { refusedAhead, type Refuses } from '../tracing/refused-ahead.ts';
import { withTracerMethods } from '../tracing/tracer-methods.ts';
import { countDroppedAtStart } from './dropped-counts.ts';
import { guardSpan } from './guarded-span.ts';
import { usableSpanOptions } from './usable/usable-span-options.ts';

/**
 * The same tracer, which throws nothing into the application whatever it is called with, and whose spans do not either.
 * Usable arguments are used. Only exceptions of the application's own callbacks pass.
 *
 * @param refuses for a sampler that needs no attributes: what it refuses is not asked for any
 */
export function guardedTracer(tracer: Tracer, refuses?: Refuses): Tracer {
  return withTracerMethods(tracer, (name, options, parent, describe) => {
    const refused = refuses && !isRoot(options) ? refusedAhead(refuses, parent) : undefined;
    if (refused !== undefined) return refused;
    const described = describe && { ...guard('describing a span', {}, describe), ...(options as SpanOptions) };
    const usable = usableSpanOptions(described ?? options);
    return guarded(tracer.startSpan(name, usable, parent), usable);
  });
}

function isRoot(options: unknown): boolean {
  return options !== undefined && Boolean(readProperty(options, 'root'));
}

/** A span that is not sampled has no method that could fail. */
function guarded(span: Span, options: SpanOptions): Span {
  if (!span.isRecording()) return span;
  countDroppedAtStart(span as SdkSpan, options);
  return guardSpan(withUsableTraceState(span as SdkSpan));
}

/** A parent that was made by hand may have a text there, and hands it down: nobody could serialise the span. */
function withUsableTraceState(span: SdkSpan): SdkSpan {
  const spanContext = span.spanContext();
  const { traceState } = spanContext;
  if (traceState !== undefined && typeof traceState?.serialize !== 'function') {
    reportOnce('a trace state', "the parent's traceState is not a TraceState object; ignored");
    delete spanContext.traceState;
  }
  return span;
}
