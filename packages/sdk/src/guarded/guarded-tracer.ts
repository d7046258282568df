import { placeOfError, guard, readProperty, reportOnce } from '@clew/diagnostics';
import {
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  trace,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { REFUSED, type RefusingTracer } from '@clew/spans/internal';
import type { Span as SdkSpan } from '@opentelemetry/sdk-trace';

import { countDroppedAtStart } from './dropped-counts.ts';
import { guardSpan } from './guarded-span.ts';
import { refusedAhead, type Refuses } from './refused-ahead.ts';
import { aKindOf } from './usable/input-in-words.ts';
import { usableContext } from './usable/usable-context.ts';
import { usableName } from './usable/usable-name.ts';
import { usableSpanOptions } from './usable/usable-span-options.ts';

type Callback = (span: Span) => unknown;

const UNKNOWN = 'unknown';

/**
 * The same tracer, which throws nothing into the application whatever it is called with, and whose spans do not either.
 * Usable arguments are used. Only exceptions of the application's own callbacks pass.
 *
 * @param refuses for a sampler that needs no attributes: what it refuses is not asked for any
 */
export function guardedTracer(tracer: Tracer, refuses?: Refuses): Tracer {
  const startIn = (parent: Context, name: string, options: unknown): Span => {
    try {
      const refused = refuses && !isRoot(options) ? refusedAhead(refuses, parent) : undefined;
      if (refused !== undefined) return refused;
      const usable = usableSpanOptions(options);
      return guarded(tracer.startSpan(name, usable, parent), usable);
    } catch (error) {
      reportOnce(
        'starting a span',
        `cannot start the span as asked (${placeOfError(error)}); starting one without options and parent`,
      );
      return startBare(name);
    }
  };
  // Where the context or the parent in it is broken, another context helps; where our own parts are, nothing does.
  const startBare = (name: string) =>
    guard('starting a bare span', trace.wrapSpanContext(INVALID_SPAN_CONTEXT), () =>
      guarded(tracer.startSpan(name, {}, ROOT_CONTEXT), {}),
    );

  const startSpan = (name: unknown, options?: unknown, given?: unknown): Span => {
    return startIn(contextOf(given), usableName('span name', name, UNKNOWN), options);
  };
  // One function, and so one frame in every stack below it.
  const startActiveSpan = (name: unknown, second: unknown, third: unknown, fourth: unknown): unknown => {
    const hasOptions = !isFunction(second);
    const hasContext = hasOptions && !isFunction(third);
    const callback = hasContext ? fourth : hasOptions ? third : second;
    if (!isFunction(callback)) {
      const kind = aKindOf(callback);
      reportOnce('startActiveSpan', `startActiveSpan() expected a function, got ${kind}; no span is started`);
      return undefined;
    }
    const parent = contextOf(hasContext ? third : undefined);
    const span = startIn(parent, usableName('span name', name, UNKNOWN), hasOptions ? second : undefined);
    const inSpan = guard('making a span active', parent, () => trace.setSpan(parent, span));
    return context.with(inSpan, callback, undefined, span);
  };
  const refused: RefusingTracer[typeof REFUSED] = (parent) => refuses && refusedAhead(refuses, parent);
  return Object.assign(Object.create(tracer) as object, { startSpan, startActiveSpan, [REFUSED]: refused }) as Tracer;
}

function isRoot(options: unknown): boolean {
  return options !== undefined && Boolean(readProperty(options, 'root'));
}

function isFunction(value: unknown): value is Callback {
  return typeof value === 'function';
}

function contextOf(given: unknown): Context {
  return given === undefined ? context.active() : usableContext(given);
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
